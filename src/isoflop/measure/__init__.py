"""Get honest numbers: read tables of runs, map their columns, clean them with every exclusion named."""
