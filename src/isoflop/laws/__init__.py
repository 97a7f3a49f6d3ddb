"""What might be true: scaling laws, one law a file, declared once and usable everywhere."""
