"""The additive law through most of the runs, whatever the rest of them say.

Least trimmed squares from random small subsets, then reweighted with a noise that may grow with
the loss; a row's score leaves the row's own pull out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.fit.engine import solve_many
from isoflop.fit.newton import Effort, polish
from isoflop.fit.objective import Objective
from isoflop.fit.problem import Problem
from isoflop.laws.catalogue import get_law

LAW = "chinchilla"
SUBSETS = 48  # with 40% bad rows, about two in a hundred subsets of eight are clean
SUBSET_SIZE = 8  # three more than the law has parameters
CORE = 0.6  # share of rows the trimmed fit must explain; assumption: fewer bad rows than 40%
CLIP = 3.0  # standard deviations beyond which a row does not shape the law
ROUNDS = 4
STEEPEST = 3.5  # of noise against loss, in logs; M05's anchors give 2.6
USUAL_SLOPE = 1.3  # half of M05's: prior mean of the slope, of weight two rows; assumption
LEAST_SD = 2e-4  # of ln loss: four printed digits; assumption
_FAST = Effort(tolerance=1e-7, max_steps=40)


@dataclass(frozen=True, eq=False)
class Surface:
    """A law with its noise.

    Attributes
    ----------
    coordinates : (k,) in the layout of ``problem``
    accepted : (n_runs,) rows the law rests on
    scale, slope, middle : standard deviation of ln loss is scale * (loss / middle)^slope
    inverse : (k, k) covariance of the coordinates
    """

    problem: Problem
    coordinates: FloatArray
    accepted: BoolArray
    scale: float
    slope: float
    middle: float
    inverse: FloatArray

    @property
    def values(self) -> dict[str, float]:
        """Parameter values, natural units."""
        natural = self.problem.natural(self.coordinates[None])[0]
        return dict(zip(self.problem.law.parameter_names, map(float, natural), strict=True))

    def log_loss(self, N: FloatArray, D: FloatArray) -> FloatArray:
        """ln of the law's loss."""
        with np.errstate(all="ignore"):
            return np.asarray(np.log(self._at(N, D).predict(self.coordinates[None])[0]))

    def noise(self, log_loss: FloatArray) -> FloatArray:
        """Standard deviation of ln loss of a further run."""
        room = np.clip(log_loss - np.log(self.middle), -3.0, 3.0)
        return np.asarray(self.scale * np.exp(self.slope * room))

    def jacobian(self, N: FloatArray, D: FloatArray) -> FloatArray:
        """Derivatives of ln loss in the coordinates, (n, k)."""
        problem = self._at(N, D)
        with np.errstate(all="ignore"):
            jet = problem.jet(self.coordinates[None])
            value = np.broadcast_to(jet.value, (1, len(N)))[0]
            columns = np.zeros((len(N), len(problem.slots)))
            for i, partial in jet.gradient.items():
                columns[:, i] = np.broadcast_to(partial, (1, len(N)))[0] / value
        return columns

    def score(self, N: FloatArray, D: FloatArray, loss: FloatArray) -> FloatArray:
        """ln loss above the law in standard deviations, for runs that did not shape the law."""
        with np.errstate(all="ignore"):
            expected = self.log_loss(N, D)
            J = self.jacobian(N, D)
            doubt = np.einsum("ni,ij,nj->n", J, self.inverse, J)
            return np.asarray((np.log(loss) - expected) / np.sqrt(self.noise(expected) ** 2 + doubt))

    def studentised(self, N: FloatArray, D: FloatArray, loss: FloatArray) -> FloatArray:
        """The same for the rows of the table: those that shaped the law are taken out of it."""
        expected = self.log_loss(N, D)
        J = self.jacobian(N, D)
        with np.errstate(all="ignore"):
            doubt = np.einsum("ni,ij,nj->n", J, self.inverse, J)
            noise = self.noise(expected)
            share = np.where(self.accepted, np.minimum(doubt / noise**2, 0.95), 0.0)
            total = np.where(self.accepted, noise**2, noise**2 + doubt)
            return np.asarray((np.log(loss) - expected) / np.sqrt(total * (1.0 - share)))

    def _at(self, N: FloatArray, D: FloatArray) -> Problem:
        return replace(
            self.problem, inputs=(N, D), target=np.ones(len(N)), groups=np.zeros(len(N), np.int64)
        )


def surface_of(
    N: FloatArray, D: FloatArray, loss: FloatArray, use: BoolArray, *, seed: int = 0
) -> Surface:
    """The law through most of the rows of ``use``.

    Parameters
    ----------
    N, D, loss : (n_runs,), positive.
    use : (n_runs,) rows that may shape the law.
    """
    law = get_law(LAW)
    groups = np.zeros(len(N), dtype=np.int64)
    problem = Problem(law, (N, D), loss, Objective("squared_log"), {}, groups)
    start = _trimmed(problem, use, np.random.default_rng(seed))
    return _reweighted(problem, use, start)


def _trimmed(problem: Problem, use: BoolArray, rng: np.random.Generator) -> FloatArray:
    """Coordinates of the subset whose law explains the core best, after concentration."""
    rows = np.flatnonzero(use)
    n = len(rows)
    size = min(SUBSET_SIZE, n)
    weights = np.zeros((SUBSETS + 1, problem.n_runs))
    for b in range(SUBSETS):
        weights[b, rng.choice(rows, size, replace=False)] = 1.0
    weights[SUBSETS, rows] = 1.0
    low, high = problem.bounds
    found = solve_many(problem, weights, 0.5 * (low + high))
    found = found[np.isfinite(found).all(axis=1)]
    core = max(int(np.ceil(CORE * n)), size)
    order = np.argsort(_trimmed_sum(problem, found, use, core), kind="stable")
    best = found[order[:6]]
    for _ in range(3):
        size_of = _sizes(problem, best, use)
        kept = np.zeros_like(size_of)
        np.put_along_axis(kept, np.argsort(size_of, axis=1)[:, :core], 1.0, axis=1)
        best = polish(problem, best, kept, _FAST).coordinates
    winner = int(np.argmin(_trimmed_sum(problem, best, use, core)))
    return np.asarray(best[winner])


def _sizes(problem: Problem, u: FloatArray, use: BoolArray) -> FloatArray:
    """Absolute residuals over the usual shape of the noise, infinite in rows left out."""
    with np.errstate(all="ignore"):
        log_target = np.log(problem.target)
        shape = np.exp(USUAL_SLOPE * (log_target - np.median(log_target[use])))
        size = np.abs(np.log(problem.predict(u)) - log_target) / shape
    return np.where(use & np.isfinite(size), size, np.inf)


def _trimmed_sum(problem: Problem, u: FloatArray, use: BoolArray, core: int) -> FloatArray:
    sizes = np.sort(_sizes(problem, u, use), axis=1)[:, :core]
    return np.asarray(np.minimum(sizes, 1e6).__pow__(2).sum(axis=1))


def _reweighted(problem: Problem, use: BoolArray, u: FloatArray) -> Surface:
    log_target = np.log(problem.target)
    n, k = int(use.sum()), len(u)
    middle = float(np.exp(np.median(log_target[use])))
    slope = USUAL_SLOPE
    accepted, scale = use.copy(), 0.0
    for step in range(ROUNDS):
        with np.errstate(all="ignore"):
            expected = np.log(problem.predict(u[None])[0])
        residual = np.where(np.isfinite(expected), log_target - expected, np.inf)
        room = np.clip(np.where(np.isfinite(expected), expected, 0.0) - np.log(middle), -3.0, 3.0)
        if step >= 2:
            slope = _noise_slope(residual[accepted], room[accepted])
        standard = np.abs(residual) / np.exp(slope * room)
        if step == 0:
            scale = 1.4826 * float(np.median(standard[use])) * np.sqrt(n / max(n - k, 1))
        else:
            m = int(accepted.sum())
            scale = float(np.sqrt(np.sum(standard[accepted] ** 2) / max(m - k, 1)))
        scale = max(scale, LEAST_SD)
        accepted = use & (standard <= CLIP * scale)
        if accepted.sum() < k + 2:
            accepted = use & (standard <= np.sort(standard[use])[min(k + 2, n) - 1])
        weights = np.where(accepted, np.exp(-2.0 * slope * room), 0.0)
        u = polish(problem, u[None], weights[None], _FAST).coordinates[0]
    blank = np.zeros((k, k))
    surface = Surface(problem, u, accepted, scale, slope, middle, blank)
    N, D = problem.inputs
    J = surface.jacobian(N[accepted], D[accepted])
    sd = surface.noise(surface.log_loss(N[accepted], D[accepted]))
    information = (J / sd[:, None]).T @ (J / sd[:, None])
    return replace(surface, inverse=np.linalg.pinv(information, hermitian=True))


def _noise_slope(residual: FloatArray, room: FloatArray) -> float:
    """How noise grows with loss, in logs: likeliest under normal noise, with a weak prior."""
    grid = np.linspace(0.0, STEEPEST, 36)
    n = len(residual)
    standard = residual[None, :] / np.exp(grid[:, None] * room[None, :])
    likelihood = -0.5 * n * np.log(np.mean(standard**2, axis=1)) - grid * room.sum()
    prior = -0.5 * (grid - USUAL_SLOPE) ** 2
    return float(grid[np.argmax(likelihood + prior)])
