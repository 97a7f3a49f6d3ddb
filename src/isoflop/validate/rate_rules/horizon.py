"""The cheapest cell's best batch, and its rate brought to the horizon by D^-0.32."""

from __future__ import annotations

from isoflop.fit.rates.cells import Cell
from isoflop.laws.catalogue import get_rule
from isoflop.validate.rate_rules.rule import Advice, Base, RateRule


def advise(cell: Cell, base: Base) -> Advice:
    lr = get_rule("horizon_rate")(D=base.cell.D, D_new=cell.D, lr=base.lr)["lr_new"]
    return Advice(base.batch, float(lr))


RATE_RULE = RateRule(
    "horizon", "batch kept, lr D^-0.32 from the cheapest cell", ("B15",), advise, transfers=True
)
