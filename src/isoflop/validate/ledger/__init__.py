"""A ledger of forecasts: dated before the run is made, scored after it, and hard to rewrite."""
