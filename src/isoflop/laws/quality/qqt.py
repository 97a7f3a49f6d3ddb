"""Error against samples seen from a pool whose utility halves every few passes."""

from __future__ import annotations

from isoflop.laws.algebra import exp, log
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.passes import MOST, UNIT, halved, over_passes
from isoflop.laws.traced import Operand


def error(n: Operand, U: Operand, a: Operand, b: Operand, tau: Operand, d: Operand) -> Operand:
    gain = over_passes(
        n / UNIT, U / UNIT, lambda j, i, k: b * halved(j, tau) * (log(k) - log(i)), zeroth=1.0
    )
    return a * exp(gain) + d


LAW = Law(
    name="qqt",
    entry="X17",
    about="Quality-quantity trade-off as written: y = a*n_1^b_1*prod (n_j/n_(j-1))^b_j + d.",
    target="error",
    inputs=("n", "U"),
    formula=error,
    source="qqt2024",
    axes=(
        Axis("n", "samples", "samples", "samples seen, repeats counted", 1e6, 1e9),
        Axis("U", "pool_samples", "samples", "samples in the pool", 1e6, 1e8),
    ),
    parameters=(
        Parameter("a", "error", 1e-4, 10.0, "error above d after 100,000 samples; all pools share"),
        Parameter("b", "1", -2.0, -1e-3, "utility of the pool on its first pass"),
        Parameter("tau", "passes", 0.1, 200.0, "passes after which the utility is halved"),
        Parameter("d", "error", 0.0, 1.0, "error that no data removes; hold it (--fix)"),
    ),
    claims=(Claim("decreases", in_="n"), Claim("decreases", in_="U")),
    scope=(
        "Hold d (0.1 for ImageNet zero-shot error, in the authors' code) and share a over pools.",
        "n is counted in units of 100,000 samples; n_0 = 1 and n_i comes before n_j.",
        "The exponent of a pass applies to the ratio n_j/n_(j-1) only; a last partial pass counts "
        "with its partial n.",
        "The released code computes another formula: qqt_code.",
        f"Passes beyond the {MOST}th are joined into one.",
    ),
)
