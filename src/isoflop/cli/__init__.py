"""The command line: one command a file, each reads arguments, calls one verb, shows the result."""
