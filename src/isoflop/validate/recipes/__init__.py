"""Recipes compared by their runs: rankings at small scale, what a change moved, what to print."""
