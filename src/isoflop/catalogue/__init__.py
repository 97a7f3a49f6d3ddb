"""Data, not code: the run tables that our own training runs measured."""
