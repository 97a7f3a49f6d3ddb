"""How compute is split between size, tokens, batch and steps, one law or rule a file."""
