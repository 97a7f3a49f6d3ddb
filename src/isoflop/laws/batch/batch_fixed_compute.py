"""Best batch by compute budget."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def best(C: Operand, k: Operand, p: Operand) -> Operand:
    return k * power(C, p)


LAW = Law(
    name="batch_fixed_compute",
    entry="B09",
    about="Batch of least loss where the compute is held; to be fitted, no numbers are shipped.",
    target="batch_tokens",
    inputs=("C",),
    axes=(Axis("C", "flops", "FLOP", "training compute", 1e17, 1e25),),
    formula=best,
    source="shuai2024",
    parameters=(
        Parameter("k", "tokens", 1e-12, 1e9, "batch at one FLOP"),
        Parameter("p", "1", 0.0, 1.0, "growth with compute"),
    ),
    claims=(Claim("increases", in_="C"),),
    scope=(
        "State which resource is held: the optimum at fixed compute lies below that at fixed data.",
        "The batch of a row must be a minimum over batches (isoflop.fit.batch_optimum), its rate "
        "tuned again at every batch.",
        "125M to 2.6B parameters, up to 300B tokens in the source.",
    ),
)
