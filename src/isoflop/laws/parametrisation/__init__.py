"""Parametrisation: how initial scales, multipliers and learning rates follow the size."""
