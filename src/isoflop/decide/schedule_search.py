"""The search for the schedule with the lowest final loss.

The rate is piecewise linear between knots that crowd towards the end. The shares of the peak that
it falls by between knots are a softmax, whose numbers are free, so that an exact gradient leads to
the optimum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.fit.curve_fit.curve_fit import CurveFit
from isoflop.laws.course import Course

_CROWDING = 2.0  # knots lie at 1 - (1 - u)^2 of the run
_LEAST = 1e-9  # share of the peak a start gives to every fall, so that its log is finite
_STEPS = 1000  # of a search


@dataclass(frozen=True, eq=False)
class FallProblem:
    """Final loss and its gradient in the logits of the falls of the rate.

    Attributes
    ----------
    places : step of each knot, from 0, (n_knots,).
    left, weight : the knot before each step and the share of the way to the next, (n_steps,).
    """

    fit: CurveFit
    peak: float
    warmup_area: float
    size: float | None
    places: FloatArray
    left: IntArray
    weight: FloatArray

    @classmethod
    def of(
        cls, fit: CurveFit, n: int, peak: float, area: float, size: float | None, knots: int
    ) -> FallProblem:
        u = np.linspace(0.0, 1.0, knots)
        crowded = np.round((n - 1) * (1.0 - (1.0 - u) ** _CROWDING))
        places = np.unique(crowded) if n > knots else np.arange(float(n))
        step = np.arange(n, dtype=np.float64)
        left = np.clip(np.searchsorted(places, step, side="right") - 1, 0, len(places) - 2)
        weight = (step - places[left]) / (places[left + 1] - places[left])
        return cls(fit, peak, area, size, places, left, weight)

    def course(self, rates: FloatArray) -> Course:
        """The run, asked for its last loss only."""
        return Course.of(rates, [len(rates)], warmup_area=self.warmup_area, size=self.size)

    def loss(self, rates: FloatArray) -> float:
        """Final loss of rates (n_steps,)."""
        return float(self.fit.law.losses(self.course(rates), self.fit.values)[0])

    def rates(self, logits: FloatArray) -> FloatArray:
        """Rates of every step: the knots are what is left of the peak after each fall."""
        return self._drawn(_softmax(logits))

    def logits(self, rates: FloatArray) -> FloatArray:
        """Logits of the schedule nearest to these rates at the knots."""
        knots = np.minimum.accumulate(rates[self.places.astype(int)]) / self.peak
        falls = -np.diff(np.concatenate([[1.0], knots, [0.0]]))
        return np.log(np.maximum(falls, 0.0) + _LEAST)

    def value(self, logits: FloatArray) -> tuple[float, FloatArray]:
        """Final loss and its gradient in the logits."""
        falls = _softmax(logits)
        loss, slope = self._in_falls(falls)
        return loss, falls * (slope - falls @ slope)

    def gap(self, logits: FloatArray) -> float:
        """Largest fall of the loss along its slope that the falls of the rate allow."""
        falls = _softmax(logits)
        slope = self._in_falls(falls)[1]
        return float(falls @ slope - slope.min())

    def descended(self, start: FloatArray) -> FloatArray:
        """Where L-BFGS ends."""
        from scipy.optimize import minimize

        options = {"maxiter": _STEPS, "maxfun": 2 * _STEPS, "ftol": 1e-12, "gtol": 1e-8}
        found = minimize(self.value, start, jac=True, method="L-BFGS-B", options=options)
        return np.asarray(found.x)

    def _in_falls(self, falls: FloatArray) -> tuple[float, FloatArray]:
        """Final loss and its gradient in the shares of the peak that the rate falls by."""
        course = self.course(self._drawn(falls))
        slope = self.fit.law.rate_gradient(course, self.fit.values)
        n = len(self.places)
        of_knots = np.bincount(self.left, slope * (1.0 - self.weight), minlength=n)
        of_knots += np.bincount(self.left + 1, slope * self.weight, minlength=n)
        # A fall lowers every later knot; the last fall comes after the run and lowers none.
        of_falls = np.concatenate([-self.peak * np.cumsum(of_knots[::-1])[::-1], [0.0]])
        return float(self.fit.law.losses(course, self.fit.values)[0]), of_falls

    def _drawn(self, falls: FloatArray) -> FloatArray:
        # From the end, so that small last rates keep their digits.
        knots = self.peak * np.cumsum(falls[::-1])[::-1][1:]
        line = knots[self.left] * (1.0 - self.weight) + knots[self.left + 1] * self.weight
        return np.minimum.accumulate(line)


def _softmax(logits: FloatArray) -> FloatArray:
    grown = np.exp(logits - logits.max())
    return np.asarray(grown / grown.sum())
