"""Ways in which a target fails to follow a monotone power law, one a file."""
