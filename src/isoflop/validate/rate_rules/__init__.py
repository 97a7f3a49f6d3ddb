"""Rules for learning rate and batch as a sweep can judge them, one a file."""
