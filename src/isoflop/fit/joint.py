"""Several groups of runs in one fit: some parameters shared, the others free in each group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError
from isoflop.core.files import canonical_json
from isoflop.core.runs import Runs
from isoflop.fit.engine import solve, solve_many
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import build_problem, evidence_of
from isoflop.fit.objective import Objective
from isoflop.fit.problem import Problem
from isoflop.fit.resample import cluster_labels, draw_weights
from isoflop.fit.residuals import robust_sd
from isoflop.laws.catalogue import get_law
from isoflop.laws.law import Law


@dataclass(frozen=True, eq=False)
class JointFit:
    """One fit per group; shared parameters are equal in all of them, draw by draw.

    Attributes
    ----------
    groups : {group: Fit}
    shared : names of the parameters that all groups have in common
    """

    groups: Mapping[str, Fit]
    shared: tuple[str, ...]
    by: str
    objective_value: float

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "by": self.by,
            "shared": list(self.shared),
            "objective": self.objective_value,
            "groups": {name: fit.to_dict() for name, fit in self.groups.items()},
        }

    def to_json(self) -> str:
        """One JSON document."""
        return canonical_json(self.to_dict())


def fit_joint(
    runs: Runs,
    law: Law | str,
    *,
    by: str,
    shared: Sequence[str],
    objective: Objective | None = None,
    resamples: int = 200,
    level: float = 0.9,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> JointFit:
    """Fit a law to all groups at once.

    Parameters
    ----------
    by : column whose values are the groups.
    shared : parameters common to all groups; the rest is free in each.

    Raises
    ------
    FitError
        E307 if a group has fewer runs than free parameters of its own.
    """
    chosen = get_law(law) if isinstance(law, str) else law
    for name in shared:
        chosen.parameter(name)
    own = tuple(name for name in chosen.parameter_names if name not in shared)
    names, groups = np.unique(np.asarray(runs.text(by)), return_inverse=True)
    _check_groups(names.tolist(), groups, own, by)
    plain = build_problem(runs, chosen, None, None, objective or Objective(), {})
    problem = replace(plain, groups=groups.astype(np.int64), per_group=own)
    rng = np.random.default_rng(seed)
    ones = np.ones(problem.n_runs)
    solution = solve(problem, ones, rng)
    draws = np.empty((0, len(problem.slots)))
    labels, method = cluster_labels(runs, None)
    if resamples:
        counts = np.zeros((resamples, problem.n_runs))
        for g in range(problem.n_groups):  # within groups, so that none is ever empty
            members = np.flatnonzero(groups == g)
            inner = np.unique(labels[members], return_inverse=True)[1]
            counts[:, members] = draw_weights(inner, resamples, rng)
        draws = solve_many(problem, counts, solution.coordinates, progress)
        draws = draws[np.isfinite(draws).all(axis=1)]
    fits = {}
    residuals = np.log(problem.target) - np.log(problem.predict(solution.coordinates[None])[0])
    for g, name in enumerate(names.tolist()):
        members = np.flatnonzero(groups == g)
        part = runs.take(members)
        point = group_values(problem, solution.coordinates[None], g)[0]
        fits[str(name)] = Fit(
            law=chosen,
            values=dict(zip(chosen.parameter_names, map(float, point), strict=True)),
            draws=group_values(problem, draws, g),
            level=level,
            axes={},
            target=chosen.target,
            unit="nat/token" if chosen.target == "loss" else "as in the table",
            counts=runs.conventions.params,
            objective=problem.objective,
            objective_value=solution.objective,
            residuals=residuals[members],
            noise=robust_sd(residuals[members], len(own)),
            evidence=evidence_of(part, chosen, None),
            n_rows=len(members),
            n_runs=len(np.unique(labels[members])),
            tried=solution.tried,
            agree=solution.agree,
            method=f"{method} within groups",
            seed=seed,
            label=f"{chosen.name} ({by}={name}, shared {', '.join(shared) or 'nothing'})",
            provenance=runs.provenance.to_dict() | {"table_digest": runs.digest},
        )
    return JointFit(fits, tuple(shared), by, solution.objective)


def group_values(problem: Problem, coordinates: FloatArray, group: int) -> FloatArray:
    """Parameter values (n_sets, n_parameters) as one group has them."""
    natural = problem.natural(coordinates)
    values = np.empty((len(natural), len(problem.law.parameters)))
    for j, slot in enumerate(problem.slots):
        if slot.group in (None, group):
            values[:, slot.position] = natural[:, j]
    return values


def _check_groups(names: list[str], groups: np.ndarray, own: tuple[str, ...], by: str) -> None:
    for g, name in enumerate(names):
        n = int(np.sum(groups == g))
        if n < len(own):
            raise FitError(
                f"Group '{name}' has {n} runs for {len(own)} parameters of its own.",
                where=f"column '{by}'",
                matters="its parameters cannot be determined.",
                do="share more parameters, or leave the group out with --where.",
                code="E307",
            )
