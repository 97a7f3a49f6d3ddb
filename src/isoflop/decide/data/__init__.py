"""Decisions about data: shares, pools, filters, replay, purchases."""
