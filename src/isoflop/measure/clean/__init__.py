"""Rules that leave rows out: one rule, one file, each declares ``RULE = Rule(...)``."""
