"""Laws of the quality, filtering and repetition of data."""
