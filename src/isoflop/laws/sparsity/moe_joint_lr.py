"""Learning rate of mixture-of-experts models, from active size and number of experts."""

from __future__ import annotations

from isoflop.laws.algebra import exp, log
from isoflop.laws.law import Axis, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def rate(N_active: Operand, E_x: Operand, p: Operand, q: Operand, r: Operand) -> Operand:
    return exp(p + q * log(N_active) + r * log(E_x))


LAW = Law(
    name="moe_joint_lr",
    entry="X43",
    about="Best learning rate falls with active size and with the number of experts.",
    target="lr",
    inputs=("N_active", "E_x"),
    axes=(Axis("E_x", "experts", "1", "experts in a layer; 1 is dense", 1.0, 64.0),),
    formula=rate,
    source="jointmoe2025",
    parameters=(
        Parameter("p", "1", -20.0, 40.0, "log of the rate of one parameter and one expert"),
        Parameter("q", "1", -2.0, 1.0, "how the rate changes with active size"),
        Parameter("r", "1", -2.0, 1.0, "how the rate changes with experts"),
    ),
    published=(
        Published(
            source="jointmoe2025",
            where="companion law of the learning rate, arXiv 2502.05172, read in a digest",
            values={"p": 8.39, "q": -0.81, "r": -0.25},
            counts="non_embedding",
            unit="1",
            reported=(
                Reported({"N_active": 1e9, "E_x": 1.0}, {"lr": 2.26e-4}, 2e-3),
                Reported({"N_active": 1e9, "E_x": 8.0}, {"lr": 1.34e-4}, 2.5e-3),
            ),
        ),
    ),
    scope=("Batch and schedule of the source; elsewhere only the exponents may carry over.",),
)
