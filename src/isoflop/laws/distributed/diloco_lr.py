"""Inner learning rate of training with M replicas that meet rarely."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Law, Parameter, Published
from isoflop.laws.traced import Operand


def rate(N: Operand, replicas: Operand, A: Operand, alpha: Operand, beta: Operand) -> Operand:
    return A * power(N, alpha) * power(replicas, beta)


# One law for each number of replicas, "dp" without DiLoCo: replicas, A, alpha as printed.
ALONE = (
    ("dp", 1.0, 16319.2, -0.819),
    ("m1", 1.0, 74620.6, -0.945),
    ("m2", 2.0, 3978.82, -0.78),
    ("m4", 4.0, 4512.99, -0.789),
    ("m8", 8.0, 618986, -1.102),
)

LAW = Law(
    name="diloco_lr",
    entry="X57",
    about="Best inner learning rate of DiLoCo against size and replicas.",
    target="lr",
    inputs=("N", "replicas"),
    axes=(Axis("replicas", "replicas", "1", "replicas that train apart", 1.0, 8.0),),
    formula=rate,
    source="diloco2025",
    parameters=(
        Parameter("A", "1", 1.0, 1e8, "rate of one parameter and one replica"),
        Parameter("alpha", "1", -2.0, 0.5, "how the rate changes with size"),
        Parameter("beta", "1", -1.0, 2.0, "how the rate changes with replicas"),
    ),
    published=(
        Published(
            source="diloco2025",
            where="joint fit, 20 tokens per parameter, C4, arXiv 2503.09799",
            values={"A": 22256, "alpha": -0.8827, "beta": 0.2929},
            counts="unknown",
            unit="1",
            valid={"N": (3.5e7, 2.4e9), "replicas": (1.0, 8.0)},
        ),
        *(
            Published(
                source="diloco2025",
                key=f"diloco2025-{which}",
                where=f"independent fit, {which}, arXiv 2503.09799",
                values={"A": A, "alpha": alpha, "beta": 0.0},
                counts="unknown",
                unit="1",
                valid={"N": (3.5e7, 2.4e9), "replicas": (replicas, replicas)},
                note="Holds for this number of replicas only: beta is zero by construction.",
            )
            for which, replicas, A, alpha in ALONE
        ),
    ),
    scope=(
        "Twenty tokens per parameter throughout; more did not change the order of methods.",
        "Held-out mean log residual: 0.19 for the joint form, 0.30 for one law per replica count.",
        "The outer rate depends on replicas and on steps between meetings, not on size.",
    ),
)
