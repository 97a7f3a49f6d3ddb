"""Best learning rate and batch of a sweep: optima per cell, powers through them, loss of a miss."""
