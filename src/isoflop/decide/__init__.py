"""A forecast into a choice with a price: optimal sizes, constraints, regret, reach."""
