"""Tokens per character of a text, from the size of the vocabulary."""

from __future__ import annotations

from isoflop.laws.algebra import lesser, log, named
from isoflop.laws.law import Axis, Law, Parameter, Published
from isoflop.laws.traced import Operand

CAP = 2e5  # vocabulary2024: the logarithm is capped here


def compression(V: Operand, a: Operand, b: Operand, c: Operand) -> Operand:
    size = named("v", log(lesser(V, CAP)))
    return a * size * size + b * size + c


LAW = Law(
    name="tokens_per_character",
    entry="X34",
    about="A parabola in the log of the vocabulary: larger vocabularies write shorter texts.",
    target="tokens_per_character",
    inputs=("V",),
    axes=(Axis("V", "vocab", "1", "entries of the vocabulary", 2e3, 2e5),),
    formula=compression,
    source="vocabulary2024",
    parameters=(
        Parameter("a", "token/character", 0.0, 1.0, "curvature in the log of the vocabulary"),
        Parameter("b", "token/character", -5.0, 0.0, "slope in the log of the vocabulary"),
        Parameter("c", "token/character", 0.0, 20.0, "value at one entry, a pure extrapolation"),
    ),
    published=(
        Published(
            source="vocabulary2024",
            where="code of arXiv 2407.13623",
            values={"a": 0.00639222, "b": -0.15811069, "c": 1.20470122},
            counts="unknown",
            unit="token/character",
            valid={"V": (4096.0, 96256.0)},
        ),
    ),
    scope=(
        "For English web text and the source's tokenizer; other languages need their own fit.",
        "Constant above 200,000 entries by decree, not by measurement.",
    ),
)
