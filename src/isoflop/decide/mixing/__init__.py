"""Rules that change the mixture while a model trains: one update rule, one file."""
