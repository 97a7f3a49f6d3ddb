"""Decisions about data: shares of continued pre-training."""
