"""Linear mixing law: the baseline that any other mixing law must beat on mixtures left out."""

from __future__ import annotations

from functools import reduce
from operator import add

from isoflop.laws.law import Axis, Law, Parameter
from isoflop.laws.traced import Operand


def loss(share: tuple[Operand, ...], b: tuple[Operand, ...]) -> Operand:
    return reduce(add, (one * r for one, r in zip(b, share, strict=True)))


LAW = Law(
    name="mix_linear",
    entry="X01",
    about="Loss of one validation domain as the mean, by shares, of a loss for each source.",
    target="loss",
    inputs=("share/*",),
    formula=loss,
    source="ye2024",
    scale="level",
    axes=(Axis("share/*", "share/*", "1", "share of a source", 0.0, 1.0, zero=True),),
    parameters=(Parameter("b/*", "nat/token", -50.0, 50.0, "loss when trained on this source"),),
    scope=(
        "A baseline: the loss of a domain bends steeply where its own share is small.",
        "Its best mixture is always a single source, or lies on the caps.",
    ),
)
