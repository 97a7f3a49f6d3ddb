"""MiniCPM: a batch from the loss; the rate is the best at that batch, which flatters the rule."""

from __future__ import annotations

from isoflop.fit.rates.cells import Cell
from isoflop.validate.rate_rules.rule import Advice, Base, RateRule, value


def advise(cell: Cell, base: Base) -> Advice:
    return Advice(value("minicpm_batch", L=cell.best))


RATE_RULE = RateRule("minicpm", "batch L^-6.24 (loss known), best lr there", ("B14",), advise)
