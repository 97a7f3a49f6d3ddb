"""One decision under every defensible choice of the analyst."""
