"""Task scores from losses, sizes and tokens, one law or rule a file."""
