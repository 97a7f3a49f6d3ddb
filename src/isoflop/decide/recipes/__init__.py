"""Recipes compared by their laws: where curves cross, what a change is worth in compute."""
