"""How the asymptote of infinite compute falls with unique tokens."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(U: Operand, c: Operand, B_U: Operand, g: Operand) -> Operand:
    return c + B_U * power(U, -g)


def unique_for(asymptote: float, c: float, B_U: float, g: float) -> float:
    """Unique tokens at which the asymptote is reached; infinite at c or below."""
    room = asymptote - c
    return float("inf") if room <= 0.0 else float((B_U / room) ** (1.0 / g))


LAW = Law(
    name="asymptote_data",
    entry="L27",
    also=("X26",),
    about="Data scaling of asymptotes; two recipes compare by the unique tokens they need.",
    target="loss",
    inputs=("U",),
    formula=loss,
    source="kim2025",
    parameters=(
        Parameter("c", "nat/token", 0.0, 10.0, "loss that no data remove"),
        Parameter("B_U", "nat/token", 1e-3, 1e12, "price of too few unique tokens"),
        Parameter("g", "1", 0.01, 2.0, "return on unique tokens"),
    ),
    claims=(Claim("decreases", in_="U"), Claim("tends to", "c")),
    scope=(
        "Its points are asymptotes, each extrapolated from about four runs: carry their intervals.",
        "No coefficients are published; a joint recipe is reported to need 5.17 times less data.",
    ),
)
