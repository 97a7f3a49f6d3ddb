"""Power Lines: a batch only; the rate is the best at that batch, which flatters the rule."""

from __future__ import annotations

from isoflop.fit.rates.cells import Cell
from isoflop.validate.rate_rules.rule import Advice, Base, RateRule, value


def advise(cell: Cell, base: Base) -> Advice:
    return Advice(value("powerlines_batch@bergsma2025", D=cell.D))


RATE_RULE = RateRule("powerlines", "batch D^0.38, best lr there", ("B10",), advise, example=True)
