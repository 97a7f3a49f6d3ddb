"""DeepSeek LLM: both from compute."""

from __future__ import annotations

from isoflop.fit.rates.cells import Cell
from isoflop.validate.rate_rules.rule import Advice, Base, RateRule, value


def advise(cell: Cell, base: Base) -> Advice:
    return Advice(value("deepseek_batch", C=cell.C), value("deepseek_lr", C=cell.C))


RATE_RULE = RateRule("deepseek", "lr C^-0.125, batch C^0.327", ("B12",), advise)
