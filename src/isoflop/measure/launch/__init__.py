"""Runs a sweep: one back end a file, a folder that survives a kill at any instant."""
