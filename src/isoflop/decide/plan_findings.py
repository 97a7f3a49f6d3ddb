"""What to be wary of in a plan: missing intervals, edges, repetition, conventions, lost draws."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.explain import Finding
from isoflop.core.quantities import format_count
from isoflop.decide.plan import NO_INTERVAL
from isoflop.decide.problem import Best, Problem
from isoflop.fit.fit import Fit

TRUSTED_EPOCHS = 4.0  # muennighoff2023: up to here repeats are nearly as good as fresh tokens
PARTIAL_COUNTS = ("non_embedding", "active")
COMPARABLE_UNIT = "nat/token"


def plan_findings(fit: Fit, problem: Problem, best: Best, total: FloatArray) -> Iterator[Finding]:
    """Findings of one plan, in the order of its steps."""
    if not len(fit.draws):
        yield Finding("W506", f"{NO_INTERVAL}; nothing is known of their doubt here.")
    yield from _about_optimum(fit, problem, best)
    yield from _about_conventions(fit, problem)
    lost = float(np.mean(~np.isfinite(total[1:]))) if len(total) > 1 else 0.0
    if lost > 0.0:
        yield Finding(
            "W509",
            f"{lost:.1%} of the draws never reach this loss; they count as infinite compute, and "
            "N and D are of the rest.",
        )


def _about_optimum(fit: Fit, problem: Problem, best: Best) -> Iterator[Finding]:
    N, D = float(best.N[0]), float(best.D[0])
    if bool(best.is_edge[0]):
        yield Finding(
            "W502",
            f"The optimum lies at the edge of the search, {D / N:.3g} tokens per parameter; "
            "the law shows no optimum of its own at this compute.",
        )
    if problem.unique is not None and not problem.knows_repetition:
        yield Finding(
            "W505",
            f"The law '{fit.law.name}' cannot tell a repeat from a fresh token, so tokens stop at "
            f"the {format_count(problem.unique)} unique ones; use a law with an input U "
            "(muennighoff) to weigh epochs.",
        )
    elif problem.unique is not None and problem.unique * TRUSTED_EPOCHS < D:
        yield Finding(
            "W510",
            f"{D / problem.unique:.3g} passes over the unique tokens; beyond "
            f"{TRUSTED_EPOCHS:g} a repeat is clearly worth less, and how much less depends on the "
            "recipe.",
        )


def _about_conventions(fit: Fit, problem: Problem) -> Iterator[Finding]:
    if fit.counts in PARTIAL_COUNTS or fit.axes.get("N", "params") not in ("N", "params"):
        yield Finding(
            "W507",
            f"N counts {fit.axes.get('N', fit.counts)} parameters, so {problem.flop_per_nd:g}*N*D "
            "leaves out part of the compute; the size is in that count too.",
        )
    if fit.unit != COMPARABLE_UNIT:
        yield Finding(
            "W508", f"The loss is in '{fit.unit}', not {COMPARABLE_UNIT}; do not compare it."
        )
