"""One parametrisation a file."""
