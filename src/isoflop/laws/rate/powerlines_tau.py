"""Best AdamW time-scale, in epochs of the data, as a power of tokens a parameter."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def timescale(M: Operand, c: Operand, m: Operand) -> Operand:
    return c * power(M, -m)


LAW = Law(
    name="powerlines_tau",
    entry="B10",
    about="tau = B / (lr weight_decay D): the share of the run over which the weights average.",
    target="tau",
    inputs=("M",),
    formula=timescale,
    source="bergsma2025",
    axes=(Axis("M", "M", "tokens/parameter", "tokens per parameter", 1.0, 1000.0),),
    parameters=(
        Parameter("c", "1", 0.01, 100.0, "time-scale at one token a parameter"),
        Parameter("m", "1", 0.0, 2.0, "how fast it falls with tokens a parameter"),
    ),
    claims=(Claim("decreases", in_="M"),),
    published=(
        Published(
            source="bergsma2025",
            where="arXiv 2505.13738: 1.084 TPP^-0.527",
            values={"c": 1.084, "m": 0.527},
            counts="unknown",
            unit="1",
            reported=(
                Reported({"M": 1.0}, {"tau": 1.084}, 1e-12),
                Reported({"M": 20.0}, {"tau": 0.22356}, 3e-5),
                Reported({"M": 200.0}, {"tau": 0.06643}, 1e-4),
            ),
            note="About 400 runs, 111M to 3.3B, muP.",
        ),
    ),
    scope=(
        "lr is the peak of a linear decay to zero; another schedule changes the constant.",
        "Use it to choose the weight decay after learning rate and batch: powerlines_decay.",
    ),
)
