"""Shapes of the learning rate over a run, one a file; each declares ``SCHEDULE``."""
