"""Optimisers the trainer knows, one a file; each declares ``OPTIMIZER``."""
