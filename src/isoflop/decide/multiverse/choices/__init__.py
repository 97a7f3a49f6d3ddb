"""Choices an analyst makes, one kind a file."""
