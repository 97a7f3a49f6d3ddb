"""Forecast benchmark scores of models from the scores of other models."""
