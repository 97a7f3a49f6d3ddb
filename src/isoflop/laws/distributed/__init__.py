"""Training that communicates rarely."""
