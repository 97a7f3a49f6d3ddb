"""Figures as numbers: one figure a file, each a function from a subject to a drawing."""
