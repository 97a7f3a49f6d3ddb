"""How far to believe a fit: held-out backtests, coverage, baselines and a verdict with a reach."""
