"""Simulated studies with known truth, one world a file."""
