"""Scores of many models on many benchmarks: what is measured, and forecasts of what is not."""
