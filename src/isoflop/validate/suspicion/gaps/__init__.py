"""What a design lacks and the run that would mend it, one a file."""
