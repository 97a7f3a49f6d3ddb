"""Whole loss curves: fit a curve law, predict the loss of any schedule, find the best schedule."""
