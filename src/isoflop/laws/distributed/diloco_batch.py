"""Global batch of training with M replicas that meet rarely."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Law, Parameter, Published
from isoflop.laws.traced import Operand


def batch(N: Operand, replicas: Operand, A: Operand, alpha: Operand, beta: Operand) -> Operand:
    return A * power(N, alpha) * power(replicas, beta)


# One law for each number of replicas, "dp" without DiLoCo: replicas, A, alpha as printed.
ALONE = (
    ("dp", 1.0, 0.22592, 0.281),
    ("m1", 1.0, 0.01361, 0.435),
    ("m2", 2.0, 0.00769, 0.479),
    ("m4", 4.0, 0.00535, 0.51),
    ("m8", 8.0, 0.01859, 0.455),
)

LAW = Law(
    name="diloco_batch",
    entry="X57",
    about="Best global batch of DiLoCo against size and replicas.",
    target="batch_sequences",
    inputs=("N", "replicas"),
    axes=(Axis("replicas", "replicas", "1", "replicas that train apart", 1.0, 8.0),),
    formula=batch,
    source="diloco2025",
    parameters=(
        Parameter("A", "sequences", 1e-6, 1e3, "batch of one parameter and one replica"),
        Parameter("alpha", "1", -0.5, 2.0, "how the batch changes with size"),
        Parameter("beta", "1", -1.0, 2.0, "how the batch changes with replicas"),
    ),
    published=(
        Published(
            source="diloco2025",
            where="joint fit, 20 tokens per parameter, C4, arXiv 2503.09799",
            values={"A": 0.00709, "alpha": 0.4695, "beta": 0.3399},
            counts="unknown",
            unit="sequences",
            valid={"N": (3.5e7, 2.4e9), "replicas": (1.0, 8.0)},
        ),
        *(
            Published(
                source="diloco2025",
                key=f"diloco2025-{which}",
                where=f"independent fit, {which}, arXiv 2503.09799",
                values={"A": A, "alpha": alpha, "beta": 0.0},
                counts="unknown",
                unit="sequences",
                valid={"N": (3.5e7, 2.4e9), "replicas": (replicas, replicas)},
                note="Holds for this number of replicas only: beta is zero by construction.",
            )
            for which, replicas, A, alpha in ALONE
        ),
    ),
    scope=(
        "Twenty tokens per parameter throughout; more did not change the order of methods.",
        "The unit is not stated in the source: sequences of 2048 tokens is the plausible reading.",
        "Find each best batch by a quadratic in log2 of the batch before fitting.",
    ),
)
