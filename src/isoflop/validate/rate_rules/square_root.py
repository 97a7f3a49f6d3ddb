"""The batch of Step Law, and the square-root rule from the cheapest cell's best setting."""

from __future__ import annotations

from isoflop.fit.rates.cells import Cell
from isoflop.laws.catalogue import get_rule
from isoflop.validate.rate_rules.rule import Advice, Base, RateRule, value


def advise(cell: Cell, base: Base) -> Advice:
    batch = value("step_law_batch", D=cell.D)
    lr = get_rule("sqrt_rule")(kappa=batch / base.batch, lr=base.lr)["lr_new"]
    return Advice(batch, float(lr))


RATE_RULE = RateRule(
    "square_root", "batch D^0.57, lr by the root of the batch", ("B18",), advise, transfers=True
)
