"""Fits of recipes with clouds of resamples that may be compared draw by draw.

Recipes share a floor or nothing; runs of two recipes at the same size, tokens and seed are either
drawn independently or together (paired), which removes what the pairs have in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import DataError, UsageError, unknown_name
from isoflop.core.runs import Runs
from isoflop.fit.engine import solve_many
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import (
    bound_to,
    build_problem,
    default_objective,
    fit_law,
    full_values,
)
from isoflop.fit.joint import fit_joint, group_values
from isoflop.fit.problem import Problem
from isoflop.fit.resample import draw_weights
from isoflop.laws.catalogue import get_law
from isoflop.laws.law import Law

SAME = 5  # significant digits of size and tokens that make two runs a pair
NEEDED = 2


def recipes_of(runs: Runs, by: str, names: Sequence[str]) -> dict[str, Runs]:
    """The runs of the recipes named, in that order; of all recipes where none is named.

    Raises
    ------
    UsageError
        E101 for an unknown recipe.
    DataError
        E565 with fewer than two.
    """
    groups = runs.groups(by)
    for name in names:
        if name not in groups:
            raise unknown_name("recipe", name, groups, "isoflop read TABLE")
    chosen = {name: groups[name] for name in (names or groups)}
    if len(chosen) < NEEDED:
        raise DataError(
            f"{len(chosen)} recipe in column '{by}', two are needed.",
            where=f"{runs.provenance.source}, column '{by}': {', '.join(groups)}",
            matters="a comparison takes two.",
            do="name another column with --by, or two of its values with --recipes A,B",
            code="E565",
        )
    return chosen


def fit_clouds(
    groups: dict[str, Runs],
    law: Law | str,
    *,
    by: str,
    shared: Sequence[str] = (),
    paired: bool = False,
    target: str | None = None,
    resamples: int = 200,
    level: float = 0.9,
    seed: int = 0,
) -> dict[str, Fit]:
    """One fit a recipe, with draws in step: draw i of every recipe is the same resample.

    Parameters
    ----------
    groups : runs of each recipe.
    by : the column that names the recipes.
    shared : parameters all recipes have in common (``E``), fitted jointly.
    paired : draw runs at equal size, tokens and seed together.

    Raises
    ------
    DataError
        E565 if pairs are asked for and the recipes have fewer than two.
    """
    chosen = get_law(law) if isinstance(law, str) else law
    whole = joined(list(groups.values()))
    chosen = bound_to(chosen, whole)
    axes = {"x": "flops"} if "x" in chosen.inputs else None  # recipes are compared along compute
    counts = _counts(groups, paired, resamples, np.random.default_rng(seed))
    if shared:
        joint = fit_joint(
            whole,
            chosen,
            by=by,
            shared=shared,
            axes=axes,
            target=target,
            level=level,
            seed=seed,
            resamples=0,
        )
        fits = {name: joint.groups[name] for name in groups}
        return _with_joint_draws(fits, whole, by, tuple(shared), counts)
    fits = {
        name: fit_law(part, chosen, axes=axes, target=target, level=level, seed=seed, resamples=0)
        for name, part in groups.items()
    }
    draws = {}
    for name, part in groups.items():
        problem = build_problem(part, chosen, axes, target, default_objective(chosen), {})
        optimum = _coordinates(problem, {0: fits[name]})
        draws[name] = full_values(problem, solve_many(problem, counts[name], optimum))
    return _with_draws(fits, draws)


def _with_joint_draws(
    fits: dict[str, Fit],
    whole: Runs,
    by: str,
    shared: tuple[str, ...],
    counts: dict[str, FloatArray],
) -> dict[str, Fit]:
    names, labels = np.unique(np.asarray(whole.text(by)), return_inverse=True)
    first = next(iter(fits.values()))
    law = first.law
    plain = build_problem(whole, law, first.axes, first.target, default_objective(law), {})
    own = tuple(name for name in law.parameter_names if name not in shared)
    problem = replace(plain, groups=labels.reshape(-1).astype(np.int64), per_group=own)
    order = {str(name): g for g, name in enumerate(names)}
    drawn = np.zeros((len(next(iter(counts.values()))), problem.n_runs))
    for name, part in counts.items():
        drawn[:, problem.groups == order[name]] = part
    optimum = _coordinates(problem, {order[name]: fit for name, fit in fits.items()})
    solved = solve_many(problem, drawn, optimum)
    return _with_draws(fits, {n: group_values(problem, solved, g) for n, g in order.items()})


def _with_draws(fits: dict[str, Fit], draws: dict[str, FloatArray]) -> dict[str, Fit]:
    """Keeps the draws that solved in every recipe."""
    solved = np.logical_and.reduce([np.isfinite(part).all(axis=1) for part in draws.values()])
    return {
        name: replace(fit, draws=draws[name][solved], method="bootstrap of runs, recipes in step")
        for name, fit in fits.items()
    }


def _coordinates(problem: Problem, fits: dict[int, Fit]) -> FloatArray:
    """The optimum of fits as coordinates of their problem; shared ones are those of any."""
    first = next(iter(fits.values()))
    natural = [
        (first if slot.group is None else fits.get(slot.group, first)).values[slot.parameter.name]
        for slot in problem.slots
    ]
    return np.asarray(problem.coordinates(np.array([natural]))[0])


def joined(parts: list[Runs]) -> Runs:
    """The runs of several recipes in one table again."""
    import polars as pl

    first = parts[0]
    return replace(first, table=pl.concat([part.table for part in parts]))


def _counts(
    groups: dict[str, Runs], paired: bool, n: int, rng: np.random.Generator
) -> dict[str, FloatArray]:
    if not paired:
        return {name: draw_weights(np.arange(len(part)), n, rng) for name, part in groups.items()}
    return _paired_counts(groups, n, rng)


def _paired_counts(
    groups: dict[str, Runs], n: int, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """One weight a key: a run whose key another recipe has too is drawn as often as its partner."""
    keys = {name: _keys(part) for name, part in groups.items()}
    every, where = np.unique(np.concatenate(list(keys.values())), return_inverse=True)
    present = sum((np.isin(every, part).astype(int) for part in keys.values()), np.zeros(1, int))
    if int(np.sum(present == len(groups))) < NEEDED:
        raise UsageError(
            "The recipes have fewer than two runs at equal size, tokens and seed.",
            where="--paired",
            matters="pairs are what a paired comparison draws.",
            do="leave --paired out.",
            code="E565",
        )
    drawn = draw_weights(np.arange(len(every)), n, rng)[:, where]
    sizes = np.cumsum([len(part) for part in keys.values()])[:-1]
    return dict(zip(keys, np.split(drawn, sizes, axis=1), strict=True))


def _keys(runs: Runs) -> np.ndarray:
    parts = [[f"{value:.{SAME}g}" for value in runs.values(s)] for s in ("N", "D")]
    if runs.has("seed"):
        parts.append(runs.text("seed"))
    labels: IntArray | np.ndarray = np.array(["|".join(key) for key in zip(*parts, strict=True)])
    return labels
