"""Batch sizes: critical and optimal ones, and what a batch costs, one law or rule a file."""
