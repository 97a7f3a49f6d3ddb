"""Reward of reinforcement learning against its compute: a sigmoid with a ceiling."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def reward(C: Operand, R0: Operand, A: Operand, C_mid: Operand, B: Operand) -> Operand:
    return R0 + (A - R0) / (1.0 + power(C_mid / C, B))


LAW = Law(
    name="rl_sigmoid",
    entry="X89",
    about="Pass rate of a reinforcement-learning run: start, ceiling, midpoint and slope.",
    target="score/reward",
    inputs=("C",),
    formula=reward,
    source="scalerl2025",
    scale="level",
    axes=(Axis("C", "gpu_hours", "GPU-hours", "compute of reinforcement learning", 1.0, 1e6),),
    parameters=(
        Parameter("R0", "1", 0.0, 1.0, "reward before training; hold it if it was measured"),
        Parameter("A", "1", 0.0, 1.0, "ceiling"),
        Parameter("C_mid", "unit of C", 1e-2, 1e8, "compute at half of the gain"),
        Parameter("B", "1", 0.1, 10.0, "slope"),
    ),
    claims=(Claim("tends to", "A"),),
    scope=(
        "Leave out the first steps (about 1,500 GPU-hours in the source, recalled): they follow "
        "no law.",
        "Compare recipes by the ceiling first, then slope and midpoint: fit.rl_recipes.",
        "The ceiling is not seen before the curve bends; its interval says so.",
    ),
)
