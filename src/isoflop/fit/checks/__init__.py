"""Diagnostics of a fit, one a file."""
