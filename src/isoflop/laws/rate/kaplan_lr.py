"""Learning rate as a line in the logarithm of size: the historical baseline."""

from __future__ import annotations

from isoflop.laws.algebra import log
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def rate(N_ne: Operand, a: Operand, b: Operand) -> Operand:
    return a - b * log(N_ne)


LAW = Law(
    name="kaplan_lr",
    entry="B22",
    about="Peak learning rate at a batch of 2^19 tokens and a context of 1024.",
    target="lr",
    inputs=("N_ne",),
    formula=rate,
    source="kaplan2020",
    scale="level",
    axes=(
        Axis(
            "N_ne",
            "params_non_embedding",
            "parameters",
            "model size without embeddings",
            1e3,
            1e10,
        ),
    ),
    parameters=(
        Parameter("a", "1", 0.0, 0.1, "learning rate of a single parameter, extrapolated"),
        Parameter("b", "1", 1e-7, 0.01, "fall a factor e of size"),
    ),
    claims=(Claim("decreases", in_="N_ne"),),
    published=(
        Published(
            source="kaplan2020",
            where="arXiv 2001.08361, appendix: 0.003239 - 0.0001395 ln N",
            values={"a": 0.003239, "b": 0.0001395},
            counts="non_embedding",
            unit="1",
            valid={"N_ne": (1e3, 1e10)},
            reported=(
                Reported({"N_ne": 1e8}, {"lr": 6.6934e-4}, 5e-5),
                Reported({"N_ne": 1e9}, {"lr": 3.4812e-4}, 5e-5),
            ),
        ),
    ),
    scope=(
        "A comparator only: negative above 1.2126e10 parameters, blind to tokens and batch.",
        "In the comparison of steplaw2025 it loses 9.51 per mille of the loss.",
    ),
)
