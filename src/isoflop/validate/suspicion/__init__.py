"""Which runs to doubt, for what reason, and which runs a design lacks."""
