"""What is left when compute is free and data is not, one law a file."""
