"""File formats of run tables: one format, one file, each declares ``IMPORTER = Importer(...)``."""
