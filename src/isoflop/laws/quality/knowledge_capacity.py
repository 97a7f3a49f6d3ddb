"""Parameters that hold given facts, and tokens that teach them."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def needed(
    bits: FloatArray, fact_tokens: FloatArray, exposures: FloatArray, capacity: FloatArray
) -> tuple[FloatArray, FloatArray]:
    return bits / capacity, exposures * fact_tokens


RULE = Rule(
    name="knowledge_capacity",
    entry="X33",
    about="N >= bits/capacity and D >= exposures*tokens of the facts.",
    inputs=(
        Axis("bits", "bits", "bit", "information in the facts", 1e6, 1e12),
        Axis(
            "fact_tokens", "tokens_facts", "tokens", "tokens that state each fact once", 1e6, 1e12
        ),
        Axis("exposures", "exposures", "1", "times each fact is seen", 1.0, 1e4),
        Axis(
            "capacity", "capacity", "bit/parameter", "stored per parameter", 0.1, 2.0, default=2.0
        ),
    ),
    outputs=(
        Axis("N", "params", "parameters", "least size", 1e6, 1e12),
        Axis("D", "tokens", "tokens", "least training", 1e6, 1e15),
    ),
    formula=needed,
    source="knowledge2024",
    where="abstract: 2 bits a parameter, 7B parameters hold 14B bits, int8 included",
    reported=(
        Reported({"bits": 14e9, "fact_tokens": 1e9, "exposures": 1000.0}, {"N": 7e9}, 1e-12),
    ),
    scope=(
        "Two bits need very many exposures (recalled: about 1000; about one bit at 100); give a "
        "smaller capacity for fewer.",
        "int8 keeps 2; int4, mixtures of experts and junk in the data lower it (recalled: 0.7, "
        "1.3 times, up to 20 times at few exposures).",
        "From synthetic tuples; gated MLPs lag at few exposures.",
    ),
)
