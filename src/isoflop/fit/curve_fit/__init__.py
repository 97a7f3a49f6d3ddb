"""Curve laws fitted to the logged losses of runs under known learning-rate schedules."""
