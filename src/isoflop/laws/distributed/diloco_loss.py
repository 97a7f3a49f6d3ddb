"""Loss of training with M replicas that meet rarely, at 20 tokens per parameter."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def loss(N: Operand, replicas: Operand, A: Operand, alpha: Operand, beta: Operand) -> Operand:
    return A * power(N, alpha) * power(replicas, beta)


# One law for each number of replicas, "dp" without DiLoCo: replicas, A, alpha as printed.
ALONE = (
    ("dp", 1.0, 18.129, -0.0953),
    ("m1", 1.0, 18.363, -0.0961),
    ("m2", 2.0, 18.768, -0.0969),
    ("m4", 4.0, 19.762, -0.0992),
    ("m8", 8.0, 21.051, -0.1018),
)

# Predictions for the held-out sizes by the law of data-parallel training.
_HELD_OUT = (
    Reported({"N": 4e9, "replicas": 1.0}, {"loss": 2.204}, 5e-4),
    Reported({"N": 1e10, "replicas": 1.0}, {"loss": 2.020}, 5e-4),
)

LAW = Law(
    name="diloco_loss",
    entry="X57",
    about="Loss against size and replicas of DiLoCo; no floor.",
    target="loss",
    inputs=("N", "replicas"),
    axes=(Axis("replicas", "replicas", "1", "replicas that train apart", 1.0, 8.0),),
    formula=loss,
    source="diloco2025",
    parameters=(
        Parameter("A", "nat/token", 1.0, 1e3, "loss of one parameter and one replica"),
        Parameter("alpha", "1", -0.5, -0.01, "return on size and its 20 tokens per parameter"),
        Parameter("beta", "1", -0.1, 0.2, "cost of replicas"),
    ),
    claims=(Claim("decreases", in_="N"),),
    published=(
        Published(
            source="diloco2025",
            where="joint fit, 20 tokens per parameter, C4, arXiv 2503.09799",
            values={"A": 19.226, "alpha": -0.0985, "beta": 0.0116},
            counts="unknown",
            valid={"N": (3.5e7, 2.4e9), "replicas": (1.0, 8.0)},
        ),
        *(
            Published(
                source="diloco2025",
                key=f"diloco2025-{which}",
                where=f"independent fit, {which}, arXiv 2503.09799",
                values={"A": A, "alpha": alpha, "beta": 0.0},
                counts="unknown",
                valid={"N": (3.5e7, 2.4e9), "replicas": (replicas, replicas)},
                reported=_HELD_OUT if which == "dp" else (),
                note="Holds for this number of replicas only: beta is zero by construction.",
            )
            for which, replicas, A, alpha in ALONE
        ),
    ),
    scope=(
        "Twenty tokens per parameter throughout; more did not change the order of methods.",
        "No floor: it falls below measured losses as N grows (-3.4% at 10B for data-parallel).",
        "It says replicas always cost loss; at 4B and 10B two replicas were as good as none.",
    ),
)
