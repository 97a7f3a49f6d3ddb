"""What others do: the usual SciPy procedure, and Approaches 1 and 2 on the frontier."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import huber, logsumexp

from benchmarks.forecast.tables import Case
from isoflop.core.errors import FitError
from isoflop.core.files import write_atomic
from isoflop.core.runs import Runs
from isoflop.fit.allocation import envelope, parabola
from isoflop.fit.allocation.estimator import Allocation, Points, slices
from isoflop.validate.forecasting import Cut
from isoflop.validate.score import Forecast

DELTA = 1e-3  # hoffmann2022
JOINT_GRID = ((0.0,), (5.0, 15.0), (5.0, 15.0), (0.2, 0.6), (0.2, 0.6))  # e, a, b, alpha, beta
AXIS_GRID = ((0.0,), (1.0, 6.0, 15.0), (0.2, 0.6))  # e, b, c
COPIES = 20  # bootstrap copies, each from the optimum of all runs
NAME = "scipy"


def scipy_forecast(
    case: Case, cut: Cut, levels: tuple[float, ...], folder: Path | None = None
) -> Forecast:
    """Chinchilla's form (a power law above a floor on one axis), Huber of log loss, L-BFGS-B.

    The best of 16 starts (6 on one axis), slopes by differences, defaults otherwise; intervals
    are percentiles of refits to resampled runs. Kept in the folder, if there is one.
    """
    path = None if folder is None else folder / f"{_key(case, cut)}.json"
    if path is not None and path.is_file():
        said = np.array(json.loads(path.read_text(encoding="utf-8")))
    else:
        said = _fits(case, cut)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, json.dumps(said.tolist()))
    intervals = {}
    for level in levels:
        low, high = np.quantile(said[1:], [0.5 - level / 2, 0.5 + level / 2], axis=0)
        intervals[level] = (np.exp(low), np.exp(high))
    observed, n = cut.test.values("loss"), len(cut.observed)
    value = np.exp(said[0])
    return Forecast(NAME, cut.threshold, cut.test.rows, observed, value, cut.reach, n, intervals)


def _fits(case: Case, cut: Cut) -> np.ndarray:
    """ln forecasts of the best fit and of the refits to copies, (1 + COPIES, n_test)."""
    symbols = ("params", "tokens") if not case.axes else (case.axes["x"],)
    x = np.log([cut.training.values(symbol) for symbol in symbols])
    asked = np.log([cut.test.values(symbol) for symbol in symbols])
    y, n = np.log(cut.observed), len(cut.observed)
    grid = JOINT_GRID if len(symbols) == 2 else AXIS_GRID
    tries = [_minimum(x, y, np.array(start)) for start in product(*grid)]
    best = min(tries, key=lambda item: item[1])[0]
    rng = np.random.default_rng(0)
    said = [_log_loss(best, asked)]
    for _ in range(COPIES):
        rows = rng.integers(n, size=n)
        said.append(_log_loss(_minimum(x[:, rows], y[rows], best)[0], asked))
    return np.array(said)


def _key(case: Case, cut: Cut) -> str:
    parts = (case.name, case.runs.digest, repr((case.split, dict(case.axes), cut.threshold)))
    code = inspect.getsource(_fits) + inspect.getsource(_minimum) + inspect.getsource(_log_loss)
    settings = repr((JOINT_GRID, AXIS_GRID, COPIES, DELTA))
    text = "\n".join((*parts, code, settings))
    return f"scipy-{hashlib.sha256(text.encode()).hexdigest()[:24]}"


def _log_loss(p: np.ndarray, x: np.ndarray) -> np.ndarray:
    """ln(exp(e) + sum of exp(a_i - alpha_i ln x_i)), the stable form of hoffmann2022."""
    k = len(x)
    terms = [np.full(x.shape[1], p[0]), *(p[1 + i] - p[1 + k + i] * x[i] for i in range(k))]
    return np.asarray(logsumexp(terms, axis=0))


def _minimum(x: np.ndarray, y: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, float]:
    def total(p: np.ndarray) -> float:
        return float(np.sum(huber(DELTA, _log_loss(p, x) - y)))

    found = minimize(total, start, method="L-BFGS-B")
    return found.x, float(found.fun)


def frontier_errors(
    case: Case, cut: Cut, said: dict[str, np.ndarray]
) -> dict[str, np.ndarray] | None:
    """Log errors on the best run of each held-out budget, by method; None where there are none.

    Approaches 1 and 2 forecast the least loss of a budget: a straight line of ln loss in ln C
    through the winners of compute bins, or through the vertices of the IsoFLOP parabolas.

    Parameters
    ----------
    said : ln forecasts of the held-out runs by the laws, (n_test,) each
    """
    if case.axes or not (cut.training.has("N") and cut.training.has("D")):
        return None
    test = _points(cut.test)
    best = np.array([_winner(test, group) for _, group in slices(test) if len(group.N) >= 5])
    if not len(best):
        return None
    C, observed = np.log(test.C[best]), np.log(test.loss[best])
    errors = {name: value[best] - observed for name, value in said.items()}
    ways: dict[str, Callable[[Points], Allocation]] = {
        "approach 1": envelope.estimate,
        "approach 2": parabola.estimate,
    }
    for name, estimate in ways.items():
        try:
            found = estimate(_points(cut.training))
        except FitError:
            return None
        line = np.polyfit(np.log(found.budgets), np.log(found.loss), 1)
        errors[name] = np.polyval(line, C) - observed
    return errors


def _points(runs: Runs) -> Points:
    N, D = runs.values("N"), runs.values("D")
    C = runs.values("C") if runs.has("C") else 6.0 * N * D
    return Points(N, D, C, runs.values("loss"))


def _winner(points: Points, group: Points) -> int:
    lowest = group.loss.min()
    return int(np.flatnonzero((points.loss == lowest) & np.isin(points.C, group.C))[0])
