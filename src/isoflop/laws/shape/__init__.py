"""Losses in the shape of a model: width, depth and feed-forward width, one law a file."""
