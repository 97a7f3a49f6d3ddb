"""Drawers: the only places that know a plotting library."""
