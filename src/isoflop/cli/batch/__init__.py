"""Batch size: where more of it stops paying."""
