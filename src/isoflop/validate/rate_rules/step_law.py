"""Step Law, the released bootstrap mean."""

from __future__ import annotations

from isoflop.fit.rates.cells import Cell
from isoflop.validate.rate_rules.rule import Advice, Base, RateRule, value


def advise(cell: Cell, base: Base) -> Advice:
    return Advice(value("step_law_batch", D=cell.D), value("step_law_lr", N_ne=cell.N_ne, D=cell.D))


RATE_RULE = RateRule("step_law", "lr N^-0.71 D^0.31, batch D^0.57", ("B11",), advise)
