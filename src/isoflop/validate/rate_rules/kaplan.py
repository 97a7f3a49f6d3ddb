"""Kaplan et al.: a line in the logarithm of size, at the batch it was measured at."""

from __future__ import annotations

from isoflop.fit.rates.cells import Cell
from isoflop.validate.rate_rules.rule import Advice, Base, RateRule, value

BATCH = 2.0**19  # tokens, kaplan2020
LOWEST = 1e-6  # the line is negative above 1.2e10 parameters


def advise(cell: Cell, base: Base) -> Advice:
    return Advice(BATCH, max(value("kaplan_lr", N_ne=cell.N_ne), LOWEST))


RATE_RULE = RateRule("kaplan", "lr a - b ln N, batch 2^19", ("B22",), advise)
