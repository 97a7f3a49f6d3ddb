"""Text for the small trainer: read documents, split them, write them as folders of tokens."""
