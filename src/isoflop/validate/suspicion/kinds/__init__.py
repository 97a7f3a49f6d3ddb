"""Named reasons to doubt runs, one a file."""
