"""Parameters and compute from one convention to another, one rule a file."""
