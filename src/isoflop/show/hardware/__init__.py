"""Answers about hardware as text."""
