"""Learning rate as a power of size, for runs near twenty tokens a parameter at constant rate."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand

ANCHOR = 108e6  # parameters, at which the rounded forms are printed


def rate(N: Operand, c: Operand, a: Operand) -> Operand:
    return c * power(N, a)


LAW = Law(
    name="porian_lr",
    entry="B13",
    about="Learning rate at the best batch and beta2, constant schedule, D near 20 N.",
    target="lr",
    inputs=("N",),
    formula=rate,
    source="porian2024",
    parameters=(
        Parameter("c", "1", 1e-6, 1e4, "learning rate at one parameter, extrapolated"),
        Parameter("a", "1", -1.0, 0.0, "exponent of size"),
    ),
    published=(
        Published(
            source="porian2024",
            where="arXiv 2406.19146, fit of the learning-rate sweep, R2 0.997",
            values={"c": 3.7, "a": -0.36},
            counts="tied",
            unit="1",
            valid={"N": (2.5e7, 1.1e8)},
            reported=(
                Reported({"N": 1.08e8}, {"lr": 4.7443e-3}, 2e-5),
                Reported({"N": 1e9}, {"lr": 2.12913e-3}, 5e-6),
                Reported({"N": 7e9}, {"lr": 1.05674e-3}, 5e-6),
            ),
        ),
        Published(
            source="porian2024",
            where="the rounded form the authors train with: 0.0047 (N/108e6)^(-1/3)",
            values={"c": 0.0047 * ANCHOR ** (1 / 3), "a": -1 / 3},
            counts="tied",
            unit="1",
            valid={"N": (2.5e7, 1.1e8)},
            reported=(Reported({"N": ANCHOR}, {"lr": 0.0047}, 1e-12),),
            key="rounded",
        ),
    ),
    scope=(
        "D near 20 N only: size stands for tokens too.",
        "beta2 is tuned with it: see porian_beta2.",
        "Fitted to 25M-110M: anything above is extrapolation.",
    ),
)
