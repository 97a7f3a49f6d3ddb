"""Best batch as a power of compute, from near-optimal runs of DeepSeek LLM."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def batch(C: Operand, c: Operand, b: Operand) -> Operand:
    return c * power(C, b)


LAW = Law(
    name="deepseek_batch",
    entry="B12",
    about="Batch in tokens where compute is spent optimally.",
    target="batch_tokens",
    inputs=("C",),
    formula=batch,
    source="deepseek2024",
    axes=(Axis("C", "flops", "FLOP", "compute M D, M FLOP a token without the head", 1e17, 1e24),),
    parameters=(
        Parameter("c", "token", 1e-6, 1e6, "batch at one FLOP, extrapolated"),
        Parameter("b", "1", 0.0, 0.8, "exponent of compute"),
    ),
    claims=(Claim("increases", in_="C"),),
    published=(
        Published(
            source="deepseek2024",
            where="arXiv 2401.02954, formula of the batch size; C = M D",
            values={"c": 0.2920, "b": 0.3271},
            counts="non_embedding",
            unit="token",
            valid={"C": (1e17, 2e19)},
            reported=(
                Reported({"C": 1e20}, {"batch_tokens": 1.01714e6}, 5e-6),
                Reported({"C": 4.5e23}, {"batch_tokens": 1.59349e7}, 5e-6),
            ),
        ),
    ),
    scope=(
        "Only along the compute-optimal line: with D ~ C^0.4757 it is D^0.688.",
        "C is M D of the flops convention 'deepseek'.",
    ),
)
