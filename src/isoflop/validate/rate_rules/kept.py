"""No rule at all: the best setting of the cheapest cell, kept."""

from __future__ import annotations

from isoflop.fit.rates.cells import Cell
from isoflop.validate.rate_rules.rule import Advice, Base, RateRule


def advise(cell: Cell, base: Base) -> Advice:
    return Advice(base.batch, base.lr)


RATE_RULE = RateRule("kept", "the cheapest cell's best setting", (), advise, transfers=True)
