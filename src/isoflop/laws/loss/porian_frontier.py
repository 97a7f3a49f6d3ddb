"""Least loss in compute above a floor, as budgets are added to the fit."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand

# Key, what was fitted, A, alpha, E, as printed.
TABLE: tuple[tuple[str | None, str, float, float, float], ...] = (
    (None, "budgets to 2.56e19 FLOP", 128.93, 0.106, 2.01),
    ("one-more", "one larger budget added", 97.27, 0.096, 1.78),
    ("two-more", "two larger budgets added", 87.16, 0.092, 1.68),
)


def loss(C: Operand, E: Operand, A: Operand, alpha: Operand) -> Operand:
    return E + A * power(C, -alpha)


def _published(key: str | None, fitted: str, A: float, alpha: float, E: float) -> Published:
    return Published(
        source="porian2024",
        key=key,
        where=f"frontier on RefinedWeb, {fitted}, arXiv 2406.19146, read in a digest",
        values={"E": E, "A": A, "alpha": alpha},
        counts="tied",
        valid={"C": (1.25e16, 2.56e19)} if key is None else {},
    )


LAW = Law(
    name="porian_frontier",
    entry="L15",
    about="Loss of the compute-optimal runs; each larger budget lowers the fitted floor.",
    target="loss",
    inputs=("C",),
    formula=loss,
    source="porian2024",
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no compute removes"),
        Parameter("A", "nat/token", 1e-3, 1e12, "reducible loss at one FLOP, extrapolated"),
        Parameter("alpha", "1", 0.01, 1.0, "return on compute"),
    ),
    claims=(Claim("decreases", in_="C"), Claim("tends to", "E")),
    published=tuple(_published(*row) for row in TABLE),
    scope=(
        "The floor is not identified before the curve saturates: 2.01, 1.78 and 1.68 in turn.",
        "Minima of IsoFLOP slices only, not every run; the form of m2 with x as compute.",
    ),
)
