"""From capabilities to a score: a sigmoid with its top at one and a fitted floor (ruan2024)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError

FLOOR = (0.0, 0.2)  # ruan2024
START = 0.03  # of every weight, with offset and floor zero; ruan2024
STEEPEST = 200.0  # assumption: per unit of score, where a sigmoid is a step between neighbours


@dataclass(frozen=True, eq=False)
class Link:
    """y = (1 - floor) sigmoid(w . S + offset) + floor.

    Attributes
    ----------
    weights : (n_components,)
    error : root mean square of the residuals
    """

    weights: FloatArray
    offset: float
    floor: float
    error: float

    def __call__(self, S: FloatArray) -> FloatArray:
        """Scores (n_models,) at capabilities (n_models, n_components)."""
        return sigmoid_score(self.along(S) + self.offset, self.floor)

    def along(self, S: FloatArray) -> FloatArray:
        """The one number of a model that this score depends on, w . S."""
        return np.asarray(S @ self.weights)


def sigmoid_score(u: FloatArray, floor: float) -> FloatArray:
    """(1 - floor) sigmoid(u) + floor."""
    return floor + (1.0 - floor) * sigmoid(u)


def sigmoid(u: FloatArray) -> FloatArray:
    """1/(1 + exp(-u)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * u)))


def fit_link(
    S: FloatArray,
    score: FloatArray,
    weights: FloatArray | None = None,
    *,
    floor: float | None = None,
) -> Link:
    """Least squares for the weights, the offset and the floor.

    Parameters
    ----------
    S : (n_models, n_components) capabilities, or ln C alone.
    score : (n_models,) fractions.
    weights : (n_models,) how often each model counts.
    floor : held there; fitted within 0 to 0.2 by default.

    Raises
    ------
    FitError
        E562 with fewer distinct models than numbers to fit.
    """
    from scipy.optimize import least_squares

    held = floor is not None
    needed = S.shape[1] + (1 if held else 2)
    if len(np.unique(S, axis=0)) < needed:
        raise FitError(
            f"{len(np.unique(S, axis=0))} models with this score cannot determine "
            f"{needed} numbers.",
            where="training models",
            matters="a curve through fewer points than numbers forecasts nothing.",
            do="raise the cut-off, score more small models, or ask for --components 1",
            code="E562",
        )
    centre, spread = S.mean(axis=0), np.maximum(S.std(axis=0), 1e-9)
    X = np.column_stack([(S - centre) / spread, np.ones(len(S))])
    root = np.ones(len(S)) if weights is None else np.sqrt(weights)
    low_floor, high_floor = (floor, floor) if floor is not None else FLOOR

    def residuals(p: FloatArray) -> FloatArray:
        level = low_floor if held else p[-1]
        return root * (sigmoid_score(X @ p[: X.shape[1]], level) - score)

    def jacobian(p: FloatArray) -> FloatArray:
        level = low_floor if held else p[-1]
        s = sigmoid(X @ p[: X.shape[1]])
        slope = ((1.0 - level) * s * (1.0 - s))[:, None] * X
        whole = slope if held else np.column_stack([slope, 1.0 - s])
        return np.asarray(root[:, None] * whole)

    steepest = STEEPEST * spread
    low = np.concatenate([-steepest, [-60.0], [] if held else [low_floor]])
    high = np.concatenate([steepest, [60.0], [] if held else [high_floor]])
    runs = []
    for start in _starts(X, score, root, spread, held):
        inside = np.clip(start, low + 1e-9, high - 1e-9)
        runs.append(least_squares(residuals, inside, jac=jacobian, bounds=(low, high)))
    best = min(runs, key=lambda found: float(found.cost))
    scaled = best.x[: S.shape[1]] / spread
    offset = float(best.x[S.shape[1]] - scaled @ centre)
    level = float(low_floor if held else best.x[-1])
    error = float(np.sqrt(2.0 * best.cost / np.sum(root**2)))
    return Link(scaled, offset, level, error)


def _starts(
    X: FloatArray, score: FloatArray, root: FloatArray, spread: FloatArray, held: bool
) -> list[FloatArray]:
    """The source's start, and a straight line through the logits."""
    floor = [] if held else [0.0]
    plain = np.concatenate([START * spread, [0.0], floor])
    inside = np.clip(score, 0.02, 0.98)
    logits = np.log(inside / (1.0 - inside))
    line = np.linalg.lstsq(root[:, None] * X, root * logits, rcond=None)[0]
    return [plain, np.concatenate([line, floor])]
