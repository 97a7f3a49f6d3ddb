"""File formats of text: one format, one file, each declares ``READER = Reader(...)``."""
