"""The small trainer: honest measurements of small decoder-only language models."""
