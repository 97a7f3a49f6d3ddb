"""Laws of synthetic data: rates of exchange, and what it can never teach."""
