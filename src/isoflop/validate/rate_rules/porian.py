"""Porian et al.: both from size, D near 20 N."""

from __future__ import annotations

from isoflop.fit.rates.cells import Cell
from isoflop.validate.rate_rules.rule import Advice, Base, RateRule, value


def advise(cell: Cell, base: Base) -> Advice:
    return Advice(value("porian_batch", N=cell.N), value("porian_lr", N=cell.N))


RATE_RULE = RateRule("porian", "lr N^-0.36, batch N^0.70", ("B13",), advise)
