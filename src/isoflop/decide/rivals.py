"""What other published laws advise under the same compute, and what error either way would cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.decide.case import Case
from isoflop.decide.plan_findings import COMPARABLE_UNIT
from isoflop.decide.problem import Problem, check_allocates, size_input
from isoflop.decide.question import Request
from isoflop.decide.settle import wasted
from isoflop.fit.fit import Fit
from isoflop.laws.catalogue import all_laws
from isoflop.laws.law import Law, Published

ALLOCATING = ({"N", "D"}, {"N", "D", "U"}, {"C", "M"}, {"M", "C"}, {"D", "M"})
TRUSTED_COUNTS = ("total", "tied", "unknown")


@dataclass(frozen=True)
class Rival:
    """One law beside the plan's.

    Attributes
    ----------
    N, D : its own optimum at the plan's total compute
    if_true : (extra loss, share of compute wasted) of the plan, if this law is the true one
    if_followed : the same of its optimum, if the plan's law is the true one
    note : why its losses are not those of the plan's law; "" where they are
    """

    label: str
    N: float
    D: float
    loss: float
    if_true: tuple[float, float]
    if_followed: tuple[float, float]
    note: str

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        pairs = {"if_true": self.if_true, "if_followed": self.if_followed}
        return {
            "label": self.label,
            "N": self.N,
            "D": self.D,
            "loss": self.loss,
            "note": self.note,
            **{k: {"extra_loss": v[0], "compute_wasted": v[1]} for k, v in pairs.items()},
        }


def rivals_of(case: Case, request: Request, label: str, own: Sequence[Fit] = ()) -> list[Rival]:
    """Published sets and own fits that divide compute, the one that differs most first.

    Sets whose counting of N is not known come after those where it is.

    Sets that sit at the edge of the search at this compute have no optimum and are left out.

    Parameters
    ----------
    label : of the plan's own law, which is left out.
    own : further fits.

    Raises
    ------
    PlanError
        E402 for an own fit that does not trade size against tokens.
    """
    if size_input(case.problem.law, case.problem.held) != "N":
        return []  # active or non-embedding parameters: the sizes of other laws do not compare
    for fit in own:
        check_allocates(fit.law)
    named = [(fit.label or f"own {fit.law.name}", fit) for fit in own]
    found = [
        rival
        for name, fit in (*named, *_candidates(label))
        if (rival := _rival(fit, name, case, request)) is not None
    ]
    return sorted(found, key=lambda one: (one.note != "", -abs(np.log(one.N / case.N))))


def _candidates(label: str) -> Iterator[tuple[str, Fit]]:
    for law in all_laws():
        if law.target != "loss" or set(law.inputs) not in ALLOCATING:
            continue
        for published in law.published:
            name = f"{law.name}@{published.name}"
            if name != label and _is_fair(law, published):
                yield name, Fit.published(name)


def _is_fair(law: Law, published: Published) -> bool:
    fair = published.unit == COMPARABLE_UNIT and published.counts in TRUSTED_COUNTS
    return fair and not published.example


def _rival(fit: Fit, label: str, case: Case, request: Request) -> Rival | None:
    problem, N, D = case.problem, case.N, case.D
    theirs = Problem(
        law=fit.law,
        sets=np.array([[fit.values[name] for name in fit.law.parameter_names]]),
        flop_per_nd=request.flop_per_nd,
        serving=problem.serving,
        unique=problem.unique,
        min_params=problem.min_params,
        max_params=problem.max_params,
        most_epochs=problem.most_epochs,
    )
    total = problem.total(np.array([N]), np.array([D]))
    best = theirs.best(total)
    if bool(best.is_edge[0]) or not np.isfinite(best.loss[0]):
        return None
    note = "N not stated" if fit.counts == "unknown" else ""
    return Rival(
        label=label,
        N=float(best.N[0]),
        D=float(best.D[0]),
        loss=float(best.loss[0]),
        if_true=wasted(theirs, N, D),
        if_followed=wasted(problem, float(best.N[0]), float(best.D[0])),
        note=note,
    )
