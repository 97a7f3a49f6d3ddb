"""Words of the laws that add an area of annealing to a power of the learning-rate sum.

loss = floor + A S^-alpha [+ B N^-beta] - C [N^r] M, where S sums the rates and M the falls of the
rate, each fall worth more and more in the steps after it as a kernel says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.course import Course

Values = Mapping[str, float]


@dataclass(frozen=True)
class Kernel:
    """How much a fall of the learning rate is worth later.

    Parameters
    ----------
    area : (changes (n_total,), parameter) -> M at every step and its derivative in the parameter.
    worth : (n, parameter) -> what one unit of fall adds to M, 0, 1, ... n - 1 steps later.
    """

    area: Callable[[FloatArray, float], tuple[FloatArray, FloatArray]]
    worth: Callable[[int, float], FloatArray]


@dataclass(frozen=True)
class Terms:
    """Names of the parameters of one law; ``size`` and ``gain_size`` where it has N."""

    floor: str
    area: tuple[str, str]
    gain: str
    kernel: str
    size: tuple[str, str] | None = None
    gain_size: str | None = None


class Formulas(TypedDict):
    """The three functions a ``CurveLaw`` declares."""

    formula: Callable[[Course, Values], FloatArray]
    gradient: Callable[[Course, Values], Mapping[str, FloatArray]]
    rate_gradient: Callable[[Course, Values], FloatArray]


def annealing_law(terms: Terms, kernel: Kernel) -> Formulas:
    """Formula and derivatives of loss = floor + A S^-alpha + B N^-beta - C N^r M."""

    def formula(course: Course, values: Values) -> FloatArray:
        columns = _columns(terms, kernel, course, values)
        linear = [name for name in (terms.floor, terms.area[0], terms.gain) if name in columns]
        linear += [terms.size[0]] if terms.size else []
        return np.asarray(sum(values[name] * columns[name] for name in linear))

    def gradient(course: Course, values: Values) -> Mapping[str, FloatArray]:
        return _columns(terms, kernel, course, values)

    def rate_gradient(course: Course, values: Values) -> FloatArray:
        last = int(course.steps[-1])
        scale, alpha = (values[name] for name in terms.area)
        gain = values[terms.gain] * _gain(terms, course, values)
        of_changes = np.zeros(len(course.rates))
        of_changes[:last] = -gain * kernel.worth(last, values[terms.kernel])[::-1]
        found = course.slope(of_changes)
        found[:last] -= alpha * scale * course.area[-1] ** (-alpha - 1.0)
        return found

    return {"formula": formula, "gradient": gradient, "rate_gradient": rate_gradient}


def momentum_area(changes: FloatArray, keep: float) -> tuple[FloatArray, FloatArray]:
    """Sum of m_i = keep m_(i-1) + change_i over the steps, and its derivative in ``keep``."""
    from scipy.signal import lfilter

    momentum = lfilter([1.0], [1.0, -keep], changes)
    slope = lfilter([0.0, 1.0], [1.0, -keep], momentum)
    return np.cumsum(momentum), np.cumsum(slope)


def momentum_worth(n: int, keep: float) -> FloatArray:
    """1 + keep + keep^2 + ... up to each delay, (n,)."""
    return np.cumsum(keep ** np.arange(n, dtype=np.float64))


def average_area(changes: FloatArray, keep: float) -> tuple[FloatArray, FloatArray]:
    """As :func:`momentum_area`, with m a weighted mean: the change counts (1 - keep)."""
    area, slope = momentum_area(changes, keep)
    return (1.0 - keep) * area, (1.0 - keep) * slope - area


def average_worth(n: int, keep: float) -> FloatArray:
    """1 - keep^(delay + 1), (n,)."""
    return np.asarray(1.0 - keep ** np.arange(1.0, n + 1.0))


def power_area(changes: FloatArray, exponent: float) -> tuple[FloatArray, FloatArray]:
    """As :func:`momentum_area` with (1 + delay)^-exponent in place of keep^delay, by FFT."""
    from scipy.signal import fftconvolve

    n = len(changes)
    delay = np.arange(1.0, n + 1.0)
    kernel = delay**-exponent
    both = np.stack([kernel, -np.log(delay) * kernel])
    # Convolved once the kernel is summed: the sums of the two orders are the same.
    area, slope = fftconvolve(np.cumsum(both, axis=1), changes[None], axes=1)[:, :n]
    return area, slope


def power_worth(n: int, exponent: float) -> FloatArray:
    """1 + 2^-exponent + 3^-exponent + ... up to each delay, (n,)."""
    return np.cumsum(np.arange(1.0, n + 1.0) ** -exponent)


def _gain(terms: Terms, course: Course, values: Values) -> float:
    if terms.gain_size is None:
        return 1.0
    return float(_size(course) ** values[terms.gain_size])


def _size(course: Course) -> float:
    assert course.size is not None, "CurveLaw.require comes first"
    return float(course.size)


def _columns(terms: Terms, kernel: Kernel, course: Course, values: Values) -> dict[str, FloatArray]:
    """Derivative of the loss in each parameter, (n,); linear ones do not depend on themselves."""
    scale, alpha = (values[name] for name in terms.area)
    falling = course.area**-alpha
    every_step, every_slope = kernel.area(course.changes, values[terms.kernel])
    annealed, slope = every_step[course.steps - 1], every_slope[course.steps - 1]
    growth = _gain(terms, course, values)
    gain = values[terms.gain]
    found = {
        terms.floor: np.ones(len(course.steps)),
        terms.area[0]: falling,
        terms.area[1]: -scale * falling * np.log(course.area),
        terms.gain: -growth * annealed,
        terms.kernel: -gain * growth * slope,
    }
    if terms.size is not None:
        price, beta = (values[name] for name in terms.size)
        share = np.full(len(course.steps), _size(course) ** -beta)
        found[terms.size[0]] = share
        found[terms.size[1]] = -price * share * np.log(_size(course))
    if terms.gain_size is not None:
        found[terms.gain_size] = -gain * growth * annealed * np.log(_size(course))
    return found
