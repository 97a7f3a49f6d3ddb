"""The eight ways of datadecide2025 to forecast a recipe's accuracy at the target by laws.

Two steps: loss from compute (or size and tokens), accuracy from loss by a sigmoid of four numbers;
or both in one. All by least squares, recipe by recipe.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.core.errors import FitError
from isoflop.fit.scores.link import sigmoid
from isoflop.validate.recipes.ratio import check_ratio

if TYPE_CHECKING:
    from isoflop.core.runs import Runs

STEEPEST, SHALLOWEST = 2.0, 0.005  # range of exponents


@dataclass(frozen=True, eq=False)
class Points:
    """Runs or checkpoints of one recipe.

    Attributes
    ----------
    N, D, loss, accuracy : (n,)
    is_late : (n,) last half of the checkpoints of a run; all true where there are only final ones
    """

    N: FloatArray
    D: FloatArray
    loss: FloatArray
    accuracy: FloatArray
    is_late: BoolArray

    @property
    def C(self) -> FloatArray:
        """FLOP, 6ND."""
        return np.asarray(6.0 * self.N * self.D)


@dataclass(frozen=True)
class Forecaster:
    """One way.

    Attributes
    ----------
    loss_law : ``C2`` (no floor), ``C3`` or ``ND5``
    single : both steps in one
    """

    name: str
    loss_law: str
    single: bool = False
    anchored: bool = False
    late: bool = False


FORECASTERS = (
    Forecaster("3-parameter", "C3"),
    Forecaster("with anchor", "C3", anchored=True),
    Forecaster("last half of checkpoints", "C3", late=True),
    Forecaster("anchor and last half", "C3", anchored=True, late=True),
    Forecaster("2-parameter", "C2"),
    Forecaster("5-parameter", "ND5"),
    Forecaster("single step, 3-parameter", "C3", single=True),
    Forecaster("single step, 5-parameter", "ND5", single=True),
)
"""Average errors on accuracies at 1B, relative % and points (datadecide2025, text): both 5.6/2.6,
anchor 6.0/2.8, last half 5.9/2.9, 3-parameter 6.5/3.1, 2-parameter 6.5/3.2, single step 5-parameter
42.8/17.4 and 3-parameter 42.9/42.3, 5-parameter 230.8/65.4."""


def points_of(runs: Runs, accuracy: str, loss: str = "loss") -> Points:
    """Runs of one recipe, or their checkpoints where the table has steps of runs."""
    return Points(
        runs.values("N"), runs.values("D"), runs.values(loss), runs.values(accuracy), _late(runs)
    )


def has_checkpoints(runs: Runs) -> bool:
    """Whether a table has logged steps of runs."""
    return runs.has("step") and runs.has("run_id")


def _late(runs: Runs) -> BoolArray:
    if not has_checkpoints(runs):
        return np.ones(len(runs), dtype=bool)
    step, labels = runs.values("step"), np.asarray(runs.text("run_id"))
    late = np.zeros(len(runs), dtype=bool)
    for name in np.unique(labels):
        own = labels == name
        late[own] = step[own] > 0.5 * step[own].max()
    return late


def forecast_accuracy(way: Forecaster, points: Points, N: float, D: float) -> float:
    """Accuracy of a recipe at a size and tokens.

    Raises
    ------
    FitError
        E568 for a law of size and tokens on one ratio; E562 with fewer points than numbers.
    """
    if way.loss_law == "ND5":
        check_ratio(points.N, points.D, "runs of one recipe")
    at = np.array([[N, D]])
    X = np.column_stack([points.N, points.D])
    numbers = {"C2": 2, "C3": 3, "ND5": 5}[way.loss_law]
    if way.single:
        _check_enough(len(X), numbers + 2)
        return float(_single(way, X, points.accuracy)(at)[0])
    _check_enough(len(X), numbers)
    loss = _loss_curve(way, X, points.loss)
    step = points.is_late if way.late else np.ones(len(X), dtype=bool)
    x, y = points.loss[step], points.accuracy[step]
    if way.anchored:
        x, y = np.append(x, 0.0), np.append(y, 1.0)
    _check_enough(len(x), 4)
    return float(_accuracy_curve(x, y)(loss(at))[0])


def _loss_curve(
    way: Forecaster, X: FloatArray, loss: FloatArray
) -> Callable[[FloatArray], FloatArray]:
    """Loss at sizes and tokens (n, 2)."""
    model = _loss_model(way.loss_law, X)
    exponents = 2 if way.loss_law == "ND5" else 1
    with_floor = way.loss_law != "C2"
    lowest = float(loss.min())
    starts = []
    for slope in (0.05, 0.1, 0.2, 0.4):
        for share in (0.3, 0.7, 0.9) if with_floor else (0.0,):
            scale = np.log(np.median(loss) - share * lowest)
            floor = [share * lowest] if with_floor else []
            starts.append(
                np.array([*[scale - 0.7] * (exponents - 1), scale] + [slope] * exponents + floor)
            )
    low = [-50.0] * exponents + [SHALLOWEST] * exponents + ([0.0] if with_floor else [])
    high = [50.0] * exponents + [STEEPEST] * exponents + ([lowest] if with_floor else [])
    p = _fitted(lambda p: model(X, p) - loss, starts, low, high)
    return lambda at: model(at, p)


def _loss_model(law: str, X: FloatArray) -> Callable[[FloatArray, FloatArray], FloatArray]:
    """Power law around the geometric mean of the runs: (inputs, numbers) -> loss."""
    centre = np.log(X).mean(axis=0)

    def in_size_and_tokens(at: FloatArray, p: FloatArray) -> FloatArray:
        u = np.log(at) - centre
        return np.asarray(np.exp(p[0] - p[2] * u[:, 0]) + np.exp(p[1] - p[3] * u[:, 1]) + p[4])

    def in_compute(at: FloatArray, p: FloatArray) -> FloatArray:
        u = (np.log(at) - centre).sum(axis=1)
        return np.asarray(np.exp(p[0] - p[1] * u) + (p[2] if len(p) > 2 else 0.0))

    return in_size_and_tokens if law == "ND5" else in_compute


def _accuracy_curve(x: FloatArray, y: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """a / (1 + exp(-k (x - x0))) + b, falling in the loss."""

    def model(at: FloatArray, p: FloatArray) -> FloatArray:
        return np.asarray(p[0] * sigmoid(-p[1] * (at - p[2])) + p[3])

    low, high = [0.0, 1e-3, -20.0, 0.0], [1.5, 100.0, 20.0, 1.0]
    span = max(float(y.max() - y.min()), 0.05)
    starts = [
        np.array([span * a, k, float(np.quantile(x, q)), max(float(y.min()), 1e-3)])
        for a in (1.0, 2.0)
        for k in (1.0, 3.0, 10.0)
        for q in (0.1, 0.5)
    ]
    p = _fitted(lambda p: model(x, p) - y, starts, low, high)
    return lambda at: model(at, p)


def _single(way: Forecaster, X: FloatArray, y: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """Accuracy straight from compute, or size and tokens; k and L0 go into the scales and E."""
    model = _loss_model(way.loss_law, X)
    exponents = 2 if way.loss_law == "ND5" else 1
    n = 2 * exponents + 1

    def accuracy(at: FloatArray, p: FloatArray) -> FloatArray:
        return np.asarray(p[n] * sigmoid(-model(at, p[:n])) + p[n + 1])

    low = [-20.0] * exponents + [SHALLOWEST] * exponents + [-50.0, 0.0, 0.0]
    high = [20.0] * exponents + [STEEPEST] * exponents + [50.0, 1.5, 1.0]
    span = max(float(y.max() - y.min()), 0.05)
    starts = [
        np.array([scale] * exponents + [slope] * exponents + [-2.0, a * span, float(y.min())])
        for scale in (0.0, 1.0)
        for slope in (0.1, 0.3)
        for a in (1.0, 2.0)
    ]
    p = _fitted(lambda p: accuracy(X, p) - y, starts, low, high)
    return lambda at: accuracy(at, p)


def _fitted(
    residuals: Callable[[FloatArray], FloatArray],
    starts: list[FloatArray],
    low: list[float],
    high: list[float],
) -> FloatArray:
    from scipy.optimize import least_squares

    best, least = starts[0], np.inf
    for start in starts:
        inside = np.clip(start, np.array(low) + 1e-9, np.array(high) - 1e-9)
        found = least_squares(residuals, inside, bounds=(low, high), x_scale="jac", max_nfev=200)
        if found.cost < least:
            best, least = found.x, float(found.cost)
    return np.asarray(best)


def _check_enough(n: int, needed: int) -> None:
    if n < needed:
        raise FitError(
            f"{n} points cannot determine {needed} numbers.",
            where="runs of one recipe",
            matters="a curve through fewer points than numbers forecasts nothing.",
            do="add runs or checkpoints of the recipe, or rank at a single scale.",
            code="E562",
        )
