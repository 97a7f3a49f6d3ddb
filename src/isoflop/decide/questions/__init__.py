"""The planning questions, one a file."""
