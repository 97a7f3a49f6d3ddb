"""Steps to one loss by batch: a hyperbola between the fewest steps and the fewest tokens."""

from __future__ import annotations

from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def steps(B: Operand, S_min: Operand, B_crit: Operand) -> Operand:
    return S_min * (1.0 + B_crit / B)


LAW = Law(
    name="hyperbola",
    entry="B02",
    about="(S/S_min - 1)(E/E_min - 1) = 1: half as fast and twice the tokens at B_crit.",
    target="steps",
    inputs=("B",),
    axes=(Axis("B", "batch_tokens", "tokens", "batch size", 1e3, 1e8),),
    formula=steps,
    source="mccandlish2018",
    parameters=(
        Parameter("S_min", "1", 1.0, 1e9, "fewest steps, at any batch"),
        Parameter("B_crit", "tokens", 1.0, 1e12, "critical batch, E_min/S_min"),
    ),
    claims=(Claim("decreases", in_="B"), Claim("tends to", "S_min")),
    scope=(
        "All runs must have reached the same loss; fit each loss level alone.",
        "Tune the learning rate at every batch: without that the curve is an artefact.",
        "Batches on the plateau of greatest parallelism break the form: see parallel_regions.",
        "At least 4 constant batches over a factor 30, two on either side of B_crit.",
    ),
)
