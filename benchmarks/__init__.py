"""Measurements of speed, run by hand: ``python -m benchmarks``; ratios are within one run."""
