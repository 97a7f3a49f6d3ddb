"""A batch that follows the critical batch during a run, at a constant price of time."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def batch_now(B_crit: FloatArray, r: FloatArray) -> FloatArray:
    return (r * B_crit) ** 0.5


RULE = Rule(
    name="adaptive_batch",
    entry="B04",
    about="B(s) = sqrt(r*B_crit(s)): every moment trades tokens for steps at the same price.",
    inputs=(
        Axis("B_crit", "B_crit", "tokens", "critical batch at this moment", 1e3, 1e8),
        Axis("r", "r", "tokens", "tokens one would pay to save a step", 1e3, 1e8),
    ),
    outputs=(Axis("B", "batch_tokens", "tokens", "batch at this moment", 1e3, 1e8),),
    formula=batch_now,
    source="mccandlish2018",
    where="arXiv 1812.06162, appendix on adaptive batches; recalled, derived anew from B02",
    reported=(Reported({"B_crit": 4e5, "r": 1e5}, {"B": 2e5}, 1e-12),),
    scope=(
        "The gain, 1 - gamma, is 10-20% where B_crit grows tenfold: isoflop.decide.batch_schedule.",
        "A change of the batch changes the noise floor; annealing laws assume a constant batch.",
        "Use powers of two, hold each 1000 steps, and move the rate by adam_sde_rule (Adam) or "
        "linear_rule (SGD).",
    ),
)
