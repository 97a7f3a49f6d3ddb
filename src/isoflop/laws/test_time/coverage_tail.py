"""Share of problems still unsolved after many samples."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def unsolved(k: Operand, F: Operand, b: Operand) -> Operand:
    return F * power(k, -b)


LAW = Law(
    name="coverage_tail",
    entry="X88",
    about="One minus expected pass@k at many samples: a power law from the hardest problems.",
    target="score/unsolved",
    inputs=("k",),
    formula=unsolved,
    source="schaeffer2025-monkeys",
    axes=(Axis("k", "samples", "1", "samples a problem", 10.0, 1e5),),
    parameters=(
        Parameter("F", "1", 1e-6, 1e3, "C*Gamma(b), C the density of solve rates near zero"),
        Parameter("b", "1", 0.01, 5.0, "exponent: density ~ p^(b-1) near zero"),
    ),
    claims=(Claim("decreases", in_="k"), Claim("tends to")),
    scope=(
        "The tail only: k times the typical solve rate must be large.",
        "The exponent follows from the distribution of solve rates with far fewer samples: "
        "fit.solve_rates.",
    ),
)
