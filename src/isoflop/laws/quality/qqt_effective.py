"""Error against effective samples: those of a repeated pass count less, the exponent stays."""

from __future__ import annotations

from isoflop.laws.algebra import named, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.passes import MOST, UNIT, halved, over_passes
from isoflop.laws.traced import Operand


def error(n: Operand, U: Operand, a: Operand, b: Operand, tau: Operand, d: Operand) -> Operand:
    effective = over_passes(n / UNIT, U / UNIT, lambda j, i, k: (k - i) * halved(j, tau))
    return power(a * named("n_eff", effective), b) + d


LAW = Law(
    name="qqt_effective",
    entry="X17",
    about="Rival of qqt: y = (a*n_eff)^b + d, new samples of each pass halved every tau passes.",
    target="error",
    inputs=("n", "U"),
    formula=error,
    source="qqt2024",
    axes=(
        Axis("n", "samples", "samples", "samples seen, repeats counted", 1e6, 1e9),
        Axis("U", "pool_samples", "samples", "samples in the pool", 1e6, 1e8),
    ),
    parameters=(
        Parameter("a", "1/100,000 samples", 1e-4, 10.0, "inside the power; all pools share it"),
        Parameter("b", "1", -2.0, -1e-3, "utility of the pool"),
        Parameter("tau", "passes", 0.1, 200.0, "passes after which a sample is worth half"),
        Parameter("d", "error", 0.0, 1.0, "error that no data removes; hold it (--fix)"),
    ),
    claims=(Claim("decreases", in_="n"), Claim("decreases", in_="U")),
    scope=(
        "Told from qqt only by runs with more than three passes: fit both there.",
        "A first pass counts in full (assumption: the source numbers passes without saying from "
        "where).",
        f"Passes beyond the {MOST}th are joined into one.",
    ),
)
