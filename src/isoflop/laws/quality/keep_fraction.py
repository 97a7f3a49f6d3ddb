"""The share of documents worth keeping under a filter, against compute."""

from __future__ import annotations

from isoflop.laws.algebra import exp, power
from isoflop.laws.law import Axis, Law, Parameter
from isoflop.laws.traced import Operand

UNIT = 1e20  # FLOP at which p is read; ours, so that p and q are told apart


def fraction(C: Operand, p: Operand, q: Operand) -> Operand:
    return exp(p) * power(C / UNIT, q)


LAW = Law(
    name="keep_fraction",
    entry="X27",
    about="ln f = p + q*ln(C/1e20): best share kept, by a parabola in ln f at each budget.",
    target="share_kept",
    inputs=("C",),
    formula=fraction,
    source="betr2025",
    axes=(Axis("C", "flops", "FLOP", "training compute", 1e19, 1e22),),
    parameters=(
        Parameter("p", "1", -20.0, 1.0, "log of the share to keep at 1e20 FLOP"),
        Parameter("q", "1", -1.0, 2.0, "growth of the share with compute; positive is expected"),
    ),
    scope=(
        "Our own form of one fact: larger budgets want to keep more. No coefficients are known.",
        "A share above one means: keep all.",
        "Filtering towards a benchmark inflates it: score on another suite.",
    ),
)
