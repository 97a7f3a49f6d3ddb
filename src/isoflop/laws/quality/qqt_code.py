"""The variant of the quality-quantity law that the released code computes."""

from __future__ import annotations

from isoflop.laws.algebra import exp, lesser, log, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.passes import MOST, UNIT, halved, over_passes
from isoflop.laws.traced import Operand


def error(n: Operand, U: Operand, a: Operand, b: Operand, tau: Operand, d: Operand) -> Operand:
    seen, pool = n / UNIT, U / UNIT
    later = over_passes(seen, pool, lambda j, i, k: b * halved(j, tau) * (log(k) - log(i)), begin=2)
    return (power(a * lesser(seen, pool), b) + d) * exp(later)


LAW = Law(
    name="qqt_code",
    entry="X17",
    about="Quality-quantity trade-off as coded: y = ((a*n_1)^b_1 + d)*prod (n_j/n_(j-1))^b_j.",
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
        Parameter("b", "1", -2.0, -1e-3, "utility of the pool on its first pass"),
        Parameter("tau", "passes", 0.1, 200.0, "passes after which the utility is halved"),
        Parameter("d", "error", 0.0, 1.0, "offset, multiplied by the repeats as well; hold it"),
    ),
    claims=(Claim("decreases", in_="n"),),
    scope=(
        "For comparison with numbers from the released code; qqt is the written equation.",
        "a stands inside the power and repeats multiply d: errors can fall below d, and a smaller "
        "pool can look better.",
        f"Passes beyond the {MOST}th are joined into one.",
    ),
)
