"""Get honest numbers: read tables of runs, map their columns, clean them rule by rule."""
