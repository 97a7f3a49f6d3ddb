"""Halving of the learning rate over the last part of a warm-up, stable, decay run."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def factor(f: FloatArray, H: FloatArray) -> FloatArray:
    return 0.5 ** (f / H)


RULE = Rule(
    name="minicpm_decay",
    entry="S02",
    about="Learning rate over its peak, part-way through the decay of a stable phase.",
    inputs=(
        Axis("f", "f", "1", "share of the decay that is over", 0.0, 1.0, zero=True),
        Axis("H", "H", "1", "half-life as a share of the decay", 0.02, 0.2, default=0.1),
    ),
    outputs=(Axis("factor", "factor", "1", "factor of the peak", 1e-15, 1.0),),
    formula=factor,
    source="minicpm2024",
    where="arXiv 2404.06395; the form f = 0.5^((s - T)/H), its constants recalled",
    reported=tuple(
        Reported({"f": f, "H": 0.1}, {"factor": value}, 5e-6)
        for f, value in ((0.25, 0.176777), (0.5, 0.03125), (0.75, 0.00552427), (1.0, 0.000976563))
    ),
    scope=(
        "A decay over 2.5% of the tokens is not enough, 10% is; keep H at a fifth or less, so "
        "that the rate ends 2^-5 or lower.",
        "Never resume the stable phase from a decayed checkpoint.",
        "Losses of the stable phase compare with those of a cosine only after a decay.",
    ),
)
