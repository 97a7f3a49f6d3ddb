"""Steps to one loss by batch with a plateau: more data parallelism stops helping at all."""

from __future__ import annotations

from isoflop.laws.algebra import greater
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def steps(B: Operand, S_min: Operand, B_crit: Operand, floor: Operand) -> Operand:
    return S_min * greater(floor, 1.0 + B_crit / B)


LAW = Law(
    name="parallel_regions",
    entry="B05",
    about="Perfect scaling, diminishing returns, then maximum parallelism at floor*S_min.",
    target="steps",
    inputs=("B",),
    axes=(Axis("B", "batch_tokens", "tokens", "batch size", 1e3, 1e8),),
    formula=steps,
    source="shallue2018",
    parameters=(
        Parameter("S_min", "1", 1.0, 1e9, "fewest steps of the hyperbola"),
        Parameter("B_crit", "tokens", 1.0, 1e12, "critical batch"),
        Parameter("floor", "1", 1.0, 1e3, "steps on the plateau over S_min; 1 for none"),
    ),
    claims=(Claim("decreases", in_="B"),),
    scope=(
        "Six or more batches; without one on the plateau the floor is not seen.",
        "A study without a learning rate tuned at every batch is not comparable.",
        "The source states no closed form: the hyperbola of B02 with a floor is our reading.",
        "No evidence that large batches hurt held-out error at equal steps; the best rate "
        "follows no universal rule (shallue2018, abstract).",
    ),
)
