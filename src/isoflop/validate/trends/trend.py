"""A kind of trend: curves of one shape, each a constant and a multiple of a known function.

Curves that are linear but for a few numbers of shape, on a grid, are fitted to thousands of
simulated series at once: that is what makes an exact test of each kind cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.validate.trends.series import Series

Sign: TypeAlias = Literal["as expected", "against", "either"]


@dataclass(frozen=True, eq=False)
class Shapes:
    """Functions of the axis that fall as ln x rises where the kind is monotone.

    Attributes
    ----------
    values : (n_shapes, n)
    named : {name: (n_shapes,)} numbers of shape
    """

    values: FloatArray
    named: Mapping[str, FloatArray]


@dataclass(frozen=True, eq=False)
class Fitted:
    """The best curve of a kind for each of many series.

    Attributes
    ----------
    rss : (n_series,) sum of squares of the scaled residuals
    curve : (n,) of the first series
    named : numbers of shape of the first series; ``slope`` is the multiple of the function
    """

    rss: FloatArray
    curve: FloatArray
    named: Mapping[str, float]


@dataclass(frozen=True)
class Trend:
    """A kind of trend a monotone law cannot follow.

    Parameters
    ----------
    name : also the name of the file.
    code : of the finding.
    numbers : free numbers of its curve.
    sign : whether its curve goes as expected of the target, against it, or may do either.
    shapes : the grid for a series.
    words : (series, numbers of shape) -> what the target does, in words.
    """

    name: str
    code: str
    numbers: int
    sign: Sign
    shapes: Callable[[Series], Shapes]
    words: Callable[[Series, Mapping[str, float]], str]


def fit_shapes(
    series: Series, shapes: Shapes, sign: Sign, y: FloatArray, scale: FloatArray
) -> Fitted:
    """Least squares of a constant and a multiple of one shape; the best shape of each series.

    Parameters
    ----------
    y : (n_series, n)
    scale : (n,) standard deviation of the noise, up to a factor
    """
    one = 1.0 / scale
    unit = one / np.linalg.norm(one)
    functions, targets = shapes.values * one, y * one
    functions = functions - np.outer(functions @ unit, unit)
    rest = targets - np.outer(targets @ unit, unit)
    length = np.linalg.norm(functions, axis=1)
    directions = functions / np.where(length > 0, length, 1.0)[:, None]
    along = directions @ rest.T
    if sign != "either":
        wanted = 1.0 if (sign == "as expected") == series.falls else -1.0
        along = np.where(along * wanted > 0, along, 0.0)
    best = np.argmax(np.abs(along), axis=0)
    gained = along[best, np.arange(len(y))]
    rss = np.maximum(np.sum(rest**2, axis=1) - gained**2, 0.0)
    first = int(best[0])
    curve = ((targets[0] @ unit) * unit + gained[0] * directions[first]) * scale
    named = {name: float(values[first]) for name, values in shapes.named.items()}
    return Fitted(rss, curve, named | {"slope": float(gained[0])})


def bends(log_x: FloatArray, exponents: FloatArray) -> FloatArray:
    """Falling powers of x, (n_exponents, n); their limit ``-ln x`` where the exponent is zero."""
    safe = np.where(exponents == 0.0, 1.0, exponents)[:, None]
    return np.where(exponents[:, None] == 0.0, -log_x, np.expm1(-safe * log_x) / safe)
