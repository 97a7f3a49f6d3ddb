"""Several groups of runs in one fit: some parameters shared, the others free in each group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import FitError, UsageError
from isoflop.core.explain import Finding
from isoflop.core.runs import Runs
from isoflop.fit.diagnosis import diagnose
from isoflop.fit.engine import solve, solve_many
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import (
    bound_to,
    build_problem,
    check_solved,
    default_objective,
    evidence_of,
    residuals_of,
    unit_of,
)
from isoflop.fit.joint_fit import JointFit
from isoflop.fit.objective import Objective
from isoflop.fit.problem import Problem
from isoflop.fit.resample import cluster_labels, draw_weights
from isoflop.fit.residuals import robust_sd
from isoflop.laws.catalogue import get_law
from isoflop.laws.law import Law


def fit_joint(
    runs: Runs,
    law: Law | str,
    *,
    by: str,
    shared: Sequence[str],
    axes: Mapping[str, str] | None = None,
    target: str | None = None,
    objective: Objective | None = None,
    fixed: Mapping[str, float] | None = None,
    resamples: int = 200,
    cluster: str | None = None,
    level: float = 0.9,
    seed: int = 0,
    n_random: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> JointFit:
    """Fit a law to all groups at once.

    Parameters
    ----------
    by : column whose values are the groups.
    shared : parameters common to all groups; the rest is free in each.
    axes, target, fixed, cluster, n_random : as in ``fit_law``; resamples are drawn within groups.

    Raises
    ------
    FitError
        E304 no finite optimum, E307 if a group has fewer runs than free parameters of its own.
    UsageError
        E346 if a parameter is both shared and fixed.
    """
    chosen = bound_to(get_law(law) if isinstance(law, str) else law, runs)
    held = dict(fixed or {})
    own = _own_parameters(chosen, shared, held)
    names, groups = np.unique(np.asarray(runs.text(by)), return_inverse=True)
    _check_groups(names.tolist(), groups, own, by)
    plain = build_problem(runs, chosen, axes, target, objective or default_objective(chosen), held)
    problem = replace(plain, groups=groups.astype(np.int64), per_group=own)
    rng = np.random.default_rng(seed)
    solution = solve(problem, np.ones(problem.n_runs), rng, n_random)
    check_solved(solution, runs, chosen)
    labels, plan = cluster_labels(runs, cluster)
    draws = np.empty((0, len(problem.slots)))
    if resamples:
        counts = _draw_within(problem, labels, resamples, rng)
        draws = solve_many(problem, counts, solution.coordinates, progress)
        draws = draws[np.isfinite(draws).all(axis=1)]
    whole = Fit(
        law=chosen,
        values={},
        draws=np.empty((0, len(chosen.parameters))),
        level=level,
        axes=dict(axes or {}),
        target=target or chosen.target,
        unit=unit_of(target or chosen.target),
        counts=runs.conventions.params,
        objective=problem.objective,
        objective_value=solution.objective,
        residuals=_residuals(problem, solution.coordinates),
        fixed=tuple(sorted(held)),
        n_rows=len(runs),
        n_runs=int(labels.max()) + 1,
        tried=solution.tried,
        agree=solution.agree,
        method=f"{plan} within groups" if resamples else "none",
        seed=seed,
        provenance=runs.provenance.to_dict() | {"table_digest": runs.digest},
    )
    whole = replace(whole, noise=robust_sd(whole.residuals, len(problem.slots)))
    fits = {}
    for g, name in enumerate(names.tolist()):
        fits[str(name)] = replace(
            _part(whole, problem, runs, labels, g),
            values=_named(chosen, group_values(problem, solution.coordinates[None], g)[0]),
            draws=group_values(problem, draws, g),
            label=f"{chosen.name} ({by}={name}, shared {', '.join(shared) or 'nothing'})",
        )
    found = diagnose(whole, problem, solution, runs, 0).warnings
    lost = resamples - len(draws)
    if lost:
        found = (*found, Finding("W307", f"{lost} of {resamples} resamples had no finite optimum."))
    return JointFit(fits, tuple(shared), by, solution.objective, found)


def _part(whole: Fit, problem: Problem, runs: Runs, labels: IntArray, group: int) -> Fit:
    """What the whole says of one group, apart from its parameters."""
    members = np.flatnonzero(problem.groups == group)
    residuals = whole.residuals[members]
    return replace(
        whole,
        residuals=residuals,
        noise=robust_sd(residuals, len(problem.per_group)),
        evidence=evidence_of(runs.take(members), whole.law, whole.axes),
        n_rows=len(members),
        n_runs=len(np.unique(labels[members])),
    )


def _own_parameters(law: Law, shared: Sequence[str], fixed: Mapping[str, float]) -> tuple[str, ...]:
    for name in shared:
        law.parameter(name)
        if name in fixed:
            raise UsageError(
                f"{name} is shared by the groups and held fixed.",
                where=f"--share {name}, --fix {name}={fixed[name]:g}",
                matters="a fixed parameter is the same everywhere already.",
                do="leave one of the two out.",
                code="E346",
            )
    return tuple(n for n in law.parameter_names if n not in shared and n not in fixed)


def _draw_within(
    problem: Problem, labels: IntArray, n: int, rng: np.random.Generator
) -> FloatArray:
    """Resamples (n, n_runs) drawn within groups, so that none is ever empty."""
    counts = np.zeros((n, problem.n_runs))
    for g in range(problem.n_groups):
        members = np.flatnonzero(problem.groups == g)
        inner = np.unique(labels[members], return_inverse=True)[1]
        counts[:, members] = draw_weights(inner, n, rng)
    return counts


def _residuals(problem: Problem, coordinates: FloatArray) -> FloatArray:
    predicted = problem.predict(coordinates[None])[0]
    return residuals_of(problem.law, problem.target, predicted)


def _named(law: Law, values: FloatArray) -> dict[str, float]:
    return dict(zip(law.parameter_names, map(float, values), strict=True))


def group_values(problem: Problem, coordinates: FloatArray, group: int) -> FloatArray:
    """Parameter values (n_sets, n_parameters) as one group has them."""
    natural = problem.natural(coordinates)
    values = np.empty((len(natural), len(problem.law.parameters)))
    for position, name in enumerate(problem.law.parameter_names):
        values[:, position] = problem.fixed.get(name, np.nan)
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
