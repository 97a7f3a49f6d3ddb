"""Baselines, one a file: what a law must beat before it deserves trust (choshen2024)."""
