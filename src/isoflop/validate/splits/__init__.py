"""Hold-out splits, one a file: what is ordered, so that the upper end can be forecast."""
