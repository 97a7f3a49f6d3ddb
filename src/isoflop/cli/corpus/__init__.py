"""Text for the small trainer: write folders of tokens and look at them."""
