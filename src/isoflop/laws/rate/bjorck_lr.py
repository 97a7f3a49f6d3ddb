"""Learning rate over token horizons at a fixed batch: it falls with size and with tokens."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand

BILLION = 1e9  # the source counts parameters and tokens in billions


def rate(N: Operand, D: Operand, c: Operand, alpha: Operand, beta: Operand) -> Operand:
    return c * power(N / BILLION, -alpha) * power(D / BILLION, -beta)


LAW = Law(
    name="bjorck_lr",
    entry="B15",
    about="Peak learning rate at a batch of 0.5M tokens, from vertices of quadratics in ln lr.",
    target="lr",
    inputs=("N", "D"),
    formula=rate,
    source="bjorck2024",
    parameters=(
        Parameter("c", "1", 1e-6, 1.0, "learning rate at 1B parameters and 1B tokens"),
        Parameter("alpha", "1", 0.0, 1.0, "how fast it falls with size"),
        Parameter("beta", "1", 0.0, 1.0, "how fast it falls with tokens"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="D")),
    published=(
        Published(
            source="bjorck2024",
            where="arXiv 2409.19913: 1.55e-3 N^-0.23 D^-0.32, N and D in billions",
            values={"c": 1.55e-3, "alpha": 0.23, "beta": 0.32},
            counts="unknown",
            unit="1",
            valid={"N": (7.6e8, 2.7e9), "D": (2.5e10, 8e11)},
            reported=(
                Reported({"N": 7e9, "D": 1e12}, {"lr": 1.08632e-4}, 5e-6),
                Reported({"N": 1.3e9, "D": 1e11}, {"lr": 3.34291e-4}, 5e-6),
            ),
            note="The source quotes 1.15e-4 for 7B on 1T tokens, its formula gives 1.09e-4.",
        ),
    ),
    scope=(
        "At a fixed batch of 0.5M tokens; where the batch follows the tokens see step_law_lr.",
        "A batch growing as D^0.57 with the square-root rule adds D^0.29, which nearly cancels it.",
        "Sizes apart, the exponent of D was 0.70 (50M), 0.38 (350M), 0.32 (1.3B), 0.42 (2.7B).",
        "A constant 1.3192e-5 given for it in a comparison table does not match these units.",
        "When refitted: three or more horizons and five or more rates a size.",
    ),
)
