"""Ways from steps to one loss to a critical batch, one a file."""
