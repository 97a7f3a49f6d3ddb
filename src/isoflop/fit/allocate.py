"""Compute-optimal allocation by every estimator, side by side, with the bias warning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import FitError, unknown_name
from isoflop.core.explain import Finding
from isoflop.core.members import find_members
from isoflop.core.quantities import format_count
from isoflop.core.runs import Runs
from isoflop.fit.allocation.estimator import Allocation, Estimator, Points

DISAGREE = 0.10  # vpnls2026: estimators that differ by more than 10% in N* are a warning


@dataclass(frozen=True)
class Allocations:
    """What each estimator says, and why some could not.

    Attributes
    ----------
    failed : {estimator: reason}
    """

    found: tuple[Allocation, ...]
    failed: dict[str, str]
    budget: float
    findings: tuple[Finding, ...]

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        rows = []
        for item in self.found:
            rows.append(
                {
                    "estimator": item.estimator,
                    "N": vars(item.N_law),
                    "D": vars(item.D_law),
                    "at": {"C": self.budget, "N": item.N_law.at(self.budget),
                           "D": item.D_law.at(self.budget)},
                    "minima": len(item.budgets),
                    "warnings": [finding.to_dict() for finding in item.findings],
                }
            )  # fmt: skip
        return {
            "estimators": rows,
            "failed": self.failed,
            "warnings": [finding.to_dict() for finding in self.findings],
        }


def estimators() -> dict[str, Estimator]:
    """Every estimator by name."""
    members = find_members("isoflop.fit.allocation", "ESTIMATOR")
    return {member.name: member for member in members if isinstance(member, Estimator)}


def allocate(runs: Runs, names: Sequence[str] = (), budget: float | None = None) -> Allocations:
    """N*(C) and D*(C) by each estimator.

    Parameters
    ----------
    names : estimators; all by default.
    budget : FLOP at which they are compared; ten times the largest run by default.

    Raises
    ------
    UsageError
        For an unknown estimator.
    FitError
        E330 when no estimator can be used.
    """
    known = estimators()
    for name in names:
        if name not in known:
            raise unknown_name("estimator", name, known, "isoflop allocate --help")
    points = Points(runs.values("N"), runs.values("D"), runs.values("C"), runs.values("loss"))
    at = 10.0 * float(points.C.max()) if budget is None else budget
    found, failed = [], {}
    for name in names or known:
        try:
            found.append(known[name].estimate(points))
        except FitError as error:
            failed[name] = error.what
    if not found:
        raise FitError(
            "No estimator of the allocation can be used on these runs.",
            where="; ".join(f"{name}: {why}" for name, why in failed.items()),
            do="add runs at several sizes for each of two or more budgets.",
            code="E330",
        )
    return Allocations(tuple(found), failed, at, tuple(_disagreement(found, at)))


def _disagreement(found: Sequence[Allocation], budget: float) -> list[Finding]:
    sizes = {item.estimator: item.N_law.at(budget) for item in found}
    spread = max(sizes.values()) / min(sizes.values()) - 1.0
    if not np.isfinite(spread) or spread <= DISAGREE:
        return []
    low, high = min(sizes, key=sizes.__getitem__), max(sizes, key=sizes.__getitem__)
    text = (
        f"at {format_count(budget)} FLOP the estimators differ by {spread:.0%} in N* ({low} "
        f"lowest, {high} highest). "
    )
    if "parabola" in sizes:
        text += (
            "A parabola's vertex is biased unless both exponents are equal and the sizes are "
            "centred (vpnls2026, arXiv 2603.22339); prefer "
        )
    else:
        text += "Prefer "
    text += (
        "the parametric answer if isoflop fit finds nothing wrong with it, and sizes within a "
        "factor 2 to 4 of the optimum."
    )
    return [Finding("W330", text)]
