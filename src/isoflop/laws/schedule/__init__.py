"""Losses under learning-rate schedules, one law or rule a file."""
