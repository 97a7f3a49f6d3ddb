"""Models that are grown while they train."""
