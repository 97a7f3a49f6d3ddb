"""Learning rate: how it follows size, tokens and batch."""
