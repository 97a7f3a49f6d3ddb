"""Noise of measured losses and scores, as the literature reports it: one model a file."""
