"""Keep forecasts in a ledger: register, score, show, verify."""
