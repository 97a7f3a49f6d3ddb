"""Parameters with doubt: robust fits of any law, with intervals and a diagnosis."""
