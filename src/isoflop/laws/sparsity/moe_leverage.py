"""Efficiency leverage: how much compute a dense model needs for the loss a mixture reaches."""

from __future__ import annotations

from isoflop.laws.algebra import log, log10, named, power
from isoflop.laws.law import Axis, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand

LN_2 = 0.6931471805599453


def leverage(
    A: Operand,
    G: Operand,
    C: Operand,
    a: Operand,
    d: Operand,
    gamma: Operand,
    beta: Operand,
    A_start: Operand,
    A_max: Operand,
) -> Operand:
    offset = 1.0 / (1.0 / A_start - 1.0 / A_max)
    active = named("A_hat", 1.0 / (1.0 / (A + offset) + 1.0 / A_max))
    fineness = log(G) / LN_2
    return power(active, a + d * log10(C) + gamma * fineness * fineness + beta * fineness)


LAW = Law(
    name="moe_leverage",
    entry="X45",
    about="Dense compute over compute of a mixture at equal loss: sparser is better, G near 11.",
    target="leverage",
    inputs=("A", "G", "C"),
    axes=(
        Axis("A", "active_share", "1", "active over all experts; 1 is dense", 0.005, 1.0),
        Axis("G", "granularity", "1", "twice the width over the width of an expert", 1.0, 32.0),
        Axis("C", "flops", "FLOP", "training compute of the mixture", 1e18, 1e23),
    ),
    formula=leverage,
    source="leverage2025",
    parameters=(
        Parameter("a", "1", -5.0, 10.0, "exponent of activity at one FLOP, a pure extrapolation"),
        Parameter("d", "1", -0.5, 0.2, "how the exponent changes per decade of compute"),
        Parameter("gamma", "1", -0.1, 0.2, "how sharp the best granularity is"),
        Parameter("beta", "1", -1.0, 0.5, "first-order return on granularity"),
        Parameter("A_start", "1", 1e-4, 0.5, "activity below which nothing more is gained"),
        Parameter("A_max", "1", 1.0, 1e18, "activity above which nothing changes; far away"),
    ),
    published=(
        Published(
            source="leverage2025",
            where="fitted law, arXiv 2507.17702, two digests; bases of the logs inferred",
            values={
                "a": 1.23,
                "d": -7.61e-2,
                "gamma": 1.67e-2,
                "beta": -1.17e-1,
                "A_start": 1.63e-2,
                "A_max": 5.28e16,
            },
            counts="non_embedding",
            unit="1",
            valid={"A": (0.01, 1.0)},
            reported=(Reported({"A": 0.031, "G": 12.0, "C": 1e22}, {"leverage": 7.24}, 1e-3),),
            note="log10 of compute and log2 of granularity are inferred: only they give the "
            "published leverage above 7 at A 3.1%, G 12, 1e22 FLOP, and a best G of 8-12.",
        ),
    ),
    scope=(
        "One shared expert is assumed; nothing is known of activity below 1%.",
        "A sound fit gives a leverage near one where every expert is active.",
        "The source fits points with a leverage below 6, by Huber.",
    ),
)
