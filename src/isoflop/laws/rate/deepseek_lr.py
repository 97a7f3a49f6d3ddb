"""Learning rate as a power of compute, from near-optimal runs of DeepSeek LLM."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def rate(C: Operand, c: Operand, a: Operand) -> Operand:
    return c * power(C, a)


LAW = Law(
    name="deepseek_lr",
    entry="B12",
    about="Peak learning rate where compute is spent optimally, at the batch of deepseek_batch.",
    target="lr",
    inputs=("C",),
    formula=rate,
    source="deepseek2024",
    axes=(Axis("C", "flops", "FLOP", "compute M D, M FLOP a token without the head", 1e17, 1e24),),
    parameters=(
        Parameter("c", "1", 1e-6, 1e4, "learning rate at one FLOP, extrapolated"),
        Parameter("a", "1", -0.5, 0.2, "exponent of compute"),
    ),
    published=(
        Published(
            source="deepseek2024",
            where="arXiv 2401.02954, formula of the learning rate; C = M D",
            values={"c": 0.3118, "a": -0.1250},
            counts="non_embedding",
            unit="1",
            valid={"C": (1e17, 2e19)},
            reported=(
                Reported({"C": 1e20}, {"lr": 9.85998e-4}, 5e-6),
                Reported({"C": 4.5e23}, {"lr": 3.44528e-4}, 5e-6),
            ),
            note="Near-optimal: within 0.25% of the best loss; some digests give 2e20 as the top.",
        ),
    ),
    scope=(
        "One C gives one rate although N and D may differ: only along the compute-optimal line.",
        "C is M D of the flops convention 'deepseek', not 6 N D with the head.",
        "Multi-step schedule (80/10/10), AdamW; with D ~ C^0.4757 it is D^-0.263.",
        "An exponent of -0.0238 that circulates in lecture notes is wrong.",
    ),
)
