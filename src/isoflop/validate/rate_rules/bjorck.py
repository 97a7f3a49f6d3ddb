"""Bjorck et al.: the rate over horizons, at the batch it was measured at."""

from __future__ import annotations

from isoflop.fit.rates.cells import Cell
from isoflop.validate.rate_rules.rule import Advice, Base, RateRule, value

BATCH = 0.5e6  # tokens, bjorck2024


def advise(cell: Cell, base: Base) -> Advice:
    return Advice(BATCH, value("bjorck_lr", N=cell.N, D=cell.D))


RATE_RULE = RateRule("bjorck", "lr N^-0.23 D^-0.32, batch 0.5M", ("B15",), advise)
