"""Mean loss of stochastic gradient descent on a quadratic bowl, by recursion of second moments.

Along axis i: curvature h, gradient h theta + noise of variance h c/B, update
``m <- momentum m + gradient``, ``theta <- theta - lr m`` (nqm2019); everything is scaled by h^-p
under a preconditioner of power p.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray

_SINGLE = 32  # axes followed one by one; the others in blocks, which change slowly with i
_BLOCKS_PER_OCTAVE = 8


@dataclass(frozen=True)
class Bowl:
    """Axes, or blocks of nearly equal axes, (n_axes,) each.

    Attributes
    ----------
    weight : of theta^2 in the loss: half the curvature, times the axes in the block.
    pull : curvature after preconditioning.
    shake : variance of the update's noise at noise 1.
    start : theta^2 at the start.
    """

    weight: FloatArray
    pull: FloatArray
    shake: FloatArray
    start: FloatArray

    def largest_rate(self, momentum: float) -> float:
        """Learning rate above which the steepest axis diverges."""
        return 2.0 * (1.0 + momentum) / float(self.pull.max())


def spectrum_of_bowl(*, dimensions: int, curvature: float, start: float, power: float) -> Bowl:
    """A bowl with curvature i^-curvature and theta^2 = i^-start at the start.

    Parameters
    ----------
    power : of the preconditioner, 0 for none.
    """
    last = max(dimensions, _SINGLE + 1)
    count = int(np.ceil(_BLOCKS_PER_OCTAVE * np.log2(last / _SINGLE))) + 1
    edges = np.unique(np.round(np.geomspace(_SINGLE, last, count)))
    single = np.arange(1.0, _SINGLE + 1.0)
    axis = np.concatenate([single, np.sqrt((edges[:-1] + 0.5) * (edges[1:] + 0.5))])
    members = np.concatenate([np.ones(_SINGLE), np.diff(edges)])
    h = axis**-curvature
    return Bowl(0.5 * h * members, h ** (1.0 - power), h ** (1.0 - 2.0 * power), axis**-start)


def evolve(
    bowl: Bowl,
    rates: FloatArray,
    noise: FloatArray,
    *,
    logged: IntArray,
    momentum: float = 0.0,
    averaging: float = 0.0,
) -> FloatArray:
    """Mean loss after each logged step.

    Parameters
    ----------
    rates : (n_steps, n_runs) learning rate of each step.
    noise : (n_runs,) variance of the gradient noise, c/B.
    logged : (n_logged,) rising step numbers, the first step is 1.
    averaging : decay of the exponential average of weights whose loss is logged; 0 for none.

    Returns
    -------
    FloatArray
        (n_logged, n_runs)
    """
    moments = _Moments(bowl, noise, momentum)
    average = _Average(moments, averaging)
    wanted, losses = {int(step) for step in logged}, []
    for step in range(1, int(logged[-1]) + 1):
        moments.advance(rates[step - 1][:, None])
        if averaging:
            average.advance(rates[step - 1][:, None])
        if step in wanted:
            square = average.square if averaging else moments.square
            losses.append(square @ bowl.weight)
    return np.array(losses)


class _Moments:
    """Second moments of position and velocity, (n_runs, n_axes) each."""

    def __init__(self, bowl: Bowl, noise: FloatArray, momentum: float) -> None:
        self.pull, self.keep = bowl.pull, momentum
        self.shake = noise[:, None] * bowl.shake
        self.square = np.repeat(bowl.start[None], len(noise), axis=0)
        self.cross = np.zeros_like(self.square)
        self.velocity = np.zeros_like(self.square)

    def advance(self, rate: FloatArray) -> None:
        """One step."""
        mu, k = self.keep, self.pull
        along = mu * self.cross + k * self.square  # E[theta m'], as the noise is fresh
        self.velocity = mu * (mu * self.velocity + 2.0 * k * self.cross) + self.shake
        self.velocity += k * k * self.square
        self.square = self.square - rate * (2.0 * along - rate * self.velocity)
        self.cross = along - rate * self.velocity


class _Average:
    """Second moments of the averaged weights e with the position and the velocity."""

    def __init__(self, moments: _Moments, decay: float) -> None:
        self.moments, self.decay = moments, decay
        self.square = moments.square
        self.with_position = moments.square
        self.with_velocity = np.zeros_like(moments.square)

    def advance(self, rate: FloatArray) -> None:
        """One step, after the moments took theirs: e' = decay e + (1 - decay) theta'."""
        b, now = self.decay, self.moments
        velocity = now.keep * self.with_velocity + now.pull * self.with_position  # E[e m']
        position = self.with_position - rate * velocity  # E[e theta']
        fresh = 1.0 - b
        self.square = b * b * self.square + 2.0 * b * fresh * position + fresh**2 * now.square
        self.with_position = b * position + fresh * now.square
        self.with_velocity = b * velocity + fresh * now.cross
