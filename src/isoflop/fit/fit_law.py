"""Fit one law to a table of runs: ``fit_law(runs, law) -> Fit``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError, FitError, UsageError, unknown_name
from isoflop.core.members import find_members
from isoflop.core.quantities import quantity
from isoflop.core.runs import Runs
from isoflop.fit.diagnosis import diagnose
from isoflop.fit.engine import Solution, solve
from isoflop.fit.fit import Fit
from isoflop.fit.intervals.method import Intervals, Request
from isoflop.fit.objective import HUBER_DELTA_LEVEL, Objective
from isoflop.fit.problem import Problem
from isoflop.fit.resample import cluster_labels
from isoflop.fit.residuals import robust_sd
from isoflop.laws.catalogue import get_law
from isoflop.laws.law import Law

RESAMPLES = 200  # assumption: enough for 90% intervals; 1,000 for published tables


def fit_law(
    runs: Runs,
    law: Law | str = "chinchilla",
    *,
    axes: Mapping[str, str] | None = None,
    target: str | None = None,
    objective: Objective | None = None,
    fixed: Mapping[str, float] | None = None,
    weights: FloatArray | None = None,
    resamples: int = RESAMPLES,
    intervals: str = "bootstrap",
    cluster: str | None = None,
    level: float = 0.9,
    seed: int = 0,
    n_random: int | None = None,
    start: Mapping[str, float] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Fit:
    """Fit a law robustly, re-solve it on resampled runs, and diagnose the result.

    Parameters
    ----------
    axes : {law input: column}; needed for one-axis laws (``{"x": "flops"}``), otherwise the
        canonical columns of the symbols are used.
    target : column to predict; the law's own by default.
    fixed : parameters held at a value.
    weights : (n_runs,) positive weight of each row.
    resamples : draws of the parameters; 0 for none.
    intervals : ``bootstrap`` (re-solved resamples), ``curvature`` (normal approximation) or
        ``profile`` (likelihood ratios of the parameters; forecasts by the bootstrap).
    cluster : column whose equal values are resampled together; rows that share a ``run_id`` are
        always together.
    n_random : random starts beside those of the projection grid.
    start : begin only at these values, to find the optimum of one basin (a published one, say).

    Raises
    ------
    FitError
        E302 too few distinct points, E303 an input never varies, E304 no finite optimum.
    DataError
        If a column is missing, empty in some rows, or not positive where a log is taken.
    """
    chosen = bound_to(get_law(law) if isinstance(law, str) else law, runs)
    settings = objective or default_objective(chosen)
    problem = build_problem(runs, chosen, axes, target, settings, fixed or {})
    row_weights = _row_weights(weights, len(runs))
    rng = np.random.default_rng(seed)
    only = None if start is None else _only_start(problem, start)
    solution = solve(problem, row_weights, rng, n_random, only)
    check_solved(solution, runs, chosen)
    labels, plan = cluster_labels(runs, cluster)
    how = interval_method(intervals)
    request = Request(
        problem, row_weights, labels, solution.coordinates, resamples, rng, progress, level
    )
    spans = {} if how.spans is None else dict(how.spans(request))
    draws = np.empty((0, len(chosen.parameters)))
    if resamples:
        draws = full_values(problem, how.draw(request))
    values = full_values(problem, solution.coordinates[None])[0]
    prediction = problem.predict(solution.coordinates[None])[0]
    residuals = residuals_of(chosen, problem.target, prediction)
    fit = Fit(
        law=chosen,
        values=dict(zip(chosen.parameter_names, map(float, values), strict=True)),
        draws=draws,
        spans=spans,
        level=level,
        axes=dict(axes or {}),
        target=target or chosen.target,
        unit=unit_of(target or chosen.target),
        counts=runs.conventions.params,
        objective=settings,
        objective_value=solution.objective,
        residuals=residuals,
        noise=robust_sd(residuals, len(problem.slots)),
        evidence=evidence_of(runs, chosen, axes),
        fixed=tuple(sorted(fixed or {})),
        n_rows=len(runs),
        n_runs=int(labels.max()) + 1,
        tried=solution.tried,
        agree=solution.agree,
        method=_method_words(how, plan, resamples),
        seed=seed,
        label=chosen.name,
        provenance=runs.provenance.to_dict() | {"table_digest": runs.digest},
    )
    return diagnose(fit, problem, solution, runs, resamples)


def _method_words(how: Intervals, plan: str, resamples: int) -> str:
    """Where intervals come from: the resampling plan, the method, or both."""
    drawn = plan if how.resamples else how.name
    if how.spans is None:
        return drawn if resamples else "none"
    return f"{how.name}; forecasts by {drawn}" if resamples else how.name


def _only_start(problem: Problem, start: Mapping[str, float]) -> FloatArray:
    missing = [s.parameter.name for s in problem.slots if s.parameter.name not in start]
    if missing:
        raise UsageError(
            f"The start gives no value for {', '.join(missing)}.",
            where="start",
            matters="a search from one point needs the whole point.",
            do="give every free parameter a value, or leave start out.",
            code="E308",
        )
    return problem.coordinates(np.array([[start[s.parameter.name] for s in problem.slots]]))


def interval_method(name: str) -> Intervals:
    """A method of intervals by name.

    Raises
    ------
    UsageError
        If there is none of this name.
    """
    members = find_members("isoflop.fit.intervals", "INTERVALS")
    known = {member.name: member for member in members if isinstance(member, Intervals)}
    if name not in known:
        raise unknown_name("interval method", name, known, "isoflop fit --help")
    return known[name]


def build_problem(
    runs: Runs,
    law: Law,
    axes: Mapping[str, str] | None,
    target: str | None,
    objective: Objective,
    fixed: Mapping[str, float],
) -> Problem:
    """The table as arrays under the axes, checked: enough distinct points, every input varies."""
    for name in fixed:
        law.parameter(name)
    unmapped = [s for s in law.inputs if s == "x" and s not in (axes or {})]
    if unmapped:
        raise UsageError(
            f"The law '{law.name}' has one free axis x; no column was named for it.",
            where="axes",
            matters="isoflop does not guess the axis.",
            do="name it, for example: --axis x=flops",
            code="E115",
        )
    predicted, *columns = columns_of(law, axes, target)
    inputs = tuple(runs.values(column) for column in columns)
    values = runs.values(predicted)
    if law.scale == "log" or objective.on_logs:
        _check_positive(runs, values, predicted)
    for symbol, array, column in zip(law.inputs, inputs, columns, strict=True):
        if not law.axis(symbol).zero:
            _check_positive(runs, array, column)
    _check_design(runs, law, inputs, len(law.parameters) - len(fixed))
    groups = np.zeros(len(values), dtype=np.int64)
    return Problem(law, inputs, values, objective, dict(fixed), groups)


def columns_of(
    law: Law, axes: Mapping[str, str] | None = None, target: str | None = None
) -> tuple[str, ...]:
    """Columns a fit of the law reads: the target, then one for each input in its order."""
    chosen = axes or {}
    return (target or law.target, *(chosen.get(s, law.axis(s).column) for s in law.inputs))


def bound_to(law: Law, runs: Runs) -> Law:
    """The law with its vectors over the labels of the table, in the order of the columns.

    A label whose column is zero in every row is none of this table.

    Raises
    ------
    DataError
        E309 if the table has no column of the vector.
    """
    if not law.vectors:
        return law
    prefix = law.axis(law.vectors[0]).column.removesuffix("*")
    names = [name for name in runs.columns if name.startswith(prefix)]
    labels = [name.removeprefix(prefix) for name in names if (runs.values(name) != 0.0).any()]
    if not labels:
        raise DataError(
            f"The law '{law.name}' needs columns {prefix}NAME; the table has none.",
            where=f"{runs.provenance.source}, columns {', '.join(runs.columns[:12])}",
            matters="the law has one input for each of them.",
            do=f"name them so when reading: --map {prefix}web=COLUMN",
            code="E309",
        )
    return law.bind(labels)


def default_objective(law: Law) -> Objective:
    """The field's default in logs, or its counterpart for targets that have no log."""
    return Objective() if law.scale == "log" else Objective("huber", HUBER_DELTA_LEVEL)


def residuals_of(law: Law, observed: FloatArray, predicted: FloatArray) -> FloatArray:
    """Observed minus predicted, of the logs unless the law is of levels."""
    if law.scale == "level":
        return np.asarray(observed - predicted)
    return np.asarray(np.log(observed) - np.log(predicted))


def full_values(problem: Problem, coordinates: FloatArray) -> FloatArray:
    """Parameter values (n_sets, n_parameters), fixed ones included."""
    natural = problem.natural(coordinates)
    names = problem.law.parameter_names
    values = np.empty((len(natural), len(names)))
    for i, name in enumerate(names):
        if name in problem.fixed:
            values[:, i] = problem.fixed[name]
    for j, slot in enumerate(problem.slots):
        values[:, slot.position] = natural[:, j]
    return values


def unit_of(target: str) -> str:
    """Unit of a target in words; only a loss has one that is known."""
    is_loss = target == "loss" or target.startswith("loss/")
    return quantity("loss").unit if is_loss else "as in the table"


def evidence_of(
    runs: Runs, law: Law, axes: Mapping[str, str] | None
) -> dict[str, tuple[float, float]]:
    """Range of each input, and of C, D and N where the table knows them."""
    spans = {}
    for symbol in dict.fromkeys((*law.inputs, "N", "D", "C")):
        known = symbol in law.inputs
        column = (axes or {}).get(symbol, law.axis(symbol).column if known else symbol)
        if column != "x" and runs.has(column):
            array = runs.values(column)
            spans[symbol] = (float(array.min()), float(array.max()))
    return spans


def _row_weights(weights: FloatArray | None, n: int) -> FloatArray:
    if weights is None:
        return np.ones(n)
    row_weights = np.asarray(weights, dtype=float)
    if row_weights.shape != (n,) or not (np.isfinite(row_weights) & (row_weights > 0)).all():
        raise UsageError(
            f"Weights must be {n} positive numbers, one a row.",
            where="weights",
            matters="a weight of zero or less would drop a run without a reason.",
            do="leave rows out by a named rule instead.",
            code="E305",
        )
    return row_weights


def _check_positive(runs: Runs, values: FloatArray, column: str) -> None:
    bad = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
    if len(bad):
        raise FitError(
            f"Column '{column}' has {len(bad)} values that are not positive, "
            f"first {values[bad[0]]:g}.",
            where=f"{runs.provenance.source}, row {runs.rows[bad[0]]}",
            matters="scaling laws are fitted in logs of inputs and loss.",
            do=f"correct them, or leave them out: --where '{column}>0'",
            code="E306",
        )


def _check_design(runs: Runs, law: Law, inputs: tuple[FloatArray, ...], free: int) -> None:
    distinct = len({tuple(point) for point in zip(*(map(float, a) for a in inputs), strict=True)})
    if distinct < free:
        raise FitError(
            f"{distinct} distinct points cannot determine the {free} free parameters "
            f"of '{law.name}'.",
            where=f"{runs.provenance.source}, {len(runs)} rows",
            matters="with fewer points than parameters any forecast fits the data.",
            do="add runs at other sizes and token counts, fix parameters (--fix), or choose a law "
            "with fewer parameters (isoflop laws).",
            code="E302",
        )
    for symbol, array in zip(law.inputs, inputs, strict=True):
        if symbol != "U" and float(array.max()) <= float(array.min()) * (1.0 + 1e-9):
            raise FitError(
                f"Input {symbol} has the same value {float(array[0]):g} in every row.",
                where=f"{runs.provenance.source}, column '{symbol}'",
                matters=f"the effect of {symbol} cannot be told from the floor.",
                do=f"add runs with another {symbol}, or choose a law without it (isoflop laws).",
                code="E303",
            )


def check_solved(solution: Solution, runs: Runs, law: Law) -> None:
    """Refuse a search that found nothing finite (E304)."""
    if not np.isfinite(solution.objective):
        raise FitError(
            f"No start led to a finite optimum of '{law.name}'.",
            where=f"{runs.provenance.source}, {solution.tried} starts",
            matters="the law cannot describe these values within its bounds.",
            do="check units of the loss and the inputs (isoflop read), or choose another law.",
            code="E304",
        )
