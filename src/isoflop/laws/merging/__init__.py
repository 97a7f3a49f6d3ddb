"""Merging: how loss falls with the number of merged experts."""
