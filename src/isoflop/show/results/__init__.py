"""Figures of results, one kind of result a file: each declares ``RESULT = ResultFigures(...)``."""
