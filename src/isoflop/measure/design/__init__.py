"""Sweep designs: which runs to make, one design a file."""
