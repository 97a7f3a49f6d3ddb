"""Compute and steps as they would have been far from the critical batch."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def adjusted(
    C: FloatArray, S: FloatArray, B: FloatArray, B_crit: FloatArray
) -> tuple[FloatArray, FloatArray]:
    return C / (1.0 + B / B_crit), S / (1.0 + B_crit / B)


RULE = Rule(
    name="critical_batch_adjustment",
    entry="F3",
    about="C_min at a batch far below critical, S_min at one far above.",
    inputs=(
        Axis("C", "flops", "FLOP", "compute spent", 1e15, 1e25),
        Axis("S", "steps", "steps", "steps taken", 1e2, 1e6),
        Axis("B", "batch_tokens", "tokens", "batch used", 1e4, 1e8),
        Axis("B_crit", "B_crit", "tokens", "critical batch at the loss reached", 1e4, 1e8),
    ),
    outputs=(
        Axis("C_min", "flops_min", "FLOP", "compute at a batch far below critical", 1e14, 1e25),
        Axis("S_min", "steps_min", "steps", "steps at a batch far above critical", 1.0, 1e6),
    ),
    formula=adjusted,
    source="kaplan2020",
    where="definitions of C_min and S_min, arXiv 2001.08361",
    reported=(
        Reported(
            {"C": 1e20, "S": 1e4, "B": 1e6, "B_crit": 1e6}, {"C_min": 5e19, "S_min": 5e3}, 1e-12
        ),
    ),
    scope=("The critical batch is that at the loss the run reached, not a constant of the task.",),
)
