"""Estimators of compute-optimal allocation, one a file: envelope, parabola, Akima, parametric."""
