"""Several parallel streams of one model."""
