"""Best training precision when compute is proportional to size, tokens and bits."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule

ROOT = 1.9038136944403912  # of 3u = exp(u) - 1; derived, checked against a search in the tests


def bits(g: FloatArray) -> FloatArray:
    return ROOT * g


RULE = Rule(
    name="precision_optimum",
    entry="X50",
    about="Weights, activations and cache share one sensitivity: the best bits do not depend on C.",
    inputs=(Axis("g", "g", "bit", "sensitivity, the same for all three", 0.1, 10.0),),
    outputs=(Axis("P", "bits", "bit", "best precision of training", 0.1, 20.0),),
    formula=bits,
    source="precision2024",
    where="own algebra from the printed form under C ~ N*D*P, not a statement of the source",
    reported=(Reported({"g": 1.0}, {"P": 1.9038}, 1e-5), Reported({"g": 4.0}, {"P": 7.6152}, 1e-4)),
    scope=(
        "Only where size and tokens may adapt: at a fixed size the best bits grow with log C.",
        "Unequal sensitivities: see decide.architecture.precision.",
    ),
)
