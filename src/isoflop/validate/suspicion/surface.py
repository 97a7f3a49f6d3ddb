"""The additive law through most of the runs, whatever the rest of them say.

Least trimmed squares from random small subsets, then reweighted with a noise that may grow with
the loss; a row's score leaves the row's own pull out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.fit.newton import Effort, polish
from isoflop.fit.objective import Objective
from isoflop.fit.problem import Problem
from isoflop.fit.starts import candidates, project_starts
from isoflop.laws.catalogue import get_law
from isoflop.laws.law import Law

LAW = "chinchilla"
EXPONENTS = (0.1, 0.8)  # published ones lie within 0.2 to 0.6 (catalogue, L11 to L14)
SUBSETS = 80  # with 40% bad rows, about four of them are clean
SUBSET_SIZE = 6  # one more than the law has parameters
CORE = 0.6  # share of rows the trimmed fit must explain; assumption: fewer bad rows than 40%
BAD = 0.1  # share of rows expected to be anything at all; assumption
WIDE = 1.0  # range of ln loss over which bad rows lie; assumption
ROUNDS = 12
STEEPEST = 3.5  # of noise against loss, in logs; M05's anchors give 2.6
USUAL_SLOPE = 1.3  # half of M05's: prior mean of the slope, of weight two rows; assumption
USUAL_SD = 0.004  # of ln loss: M05, seed noise of small runs between 0.002 and 0.05
PRIOR_ROWS = 3.0  # rows that the usual noise counts for; assumption
LEAST_SD = 2e-4  # of ln loss: four printed digits; assumption
STRAY = 50.0  # factor in tokens per parameter from the middle beyond which a row shapes nothing
STARVED = 0.45  # tokens per parameter; besiroglu2024 leaves such runs out
_FAST = Effort(tolerance=1e-7, max_steps=30)


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
            return np.asarray(
                (np.log(loss) - expected) / np.sqrt(self.noise(expected) ** 2 + doubt)
            )

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
    use : (n_runs,) rows that may shape the law; strays among them do not.
    """
    groups = np.zeros(len(N), dtype=np.int64)
    problem = Problem(_bounded_law(), (N, D), loss, Objective("squared_log"), {}, groups)
    shaping = use & ~strays(N, D, use)
    starts = _trimmed(problem, shaping, np.random.default_rng(seed))
    tries = [_likeliest(problem, shaping, start) for start in starts]
    found = max(tries, key=lambda item: item.likelihood)
    return _with_doubt(problem, found)


def strays(N: FloatArray, D: FloatArray, use: BoolArray) -> BoolArray:
    """Rows whose tokens per parameter no design has beside those of the others, (n_runs,)."""
    ratio = D / N
    middle = float(np.median(ratio[use]))
    odd = (ratio > STRAY * middle) | (ratio < middle / STRAY)
    odd |= (ratio < STARVED) & (middle > 4.0 * STARVED)
    few = np.mean(odd[use]) <= 1.0 - CORE
    return np.asarray(odd & use) if few else np.zeros(len(N), dtype=bool)


def _bounded_law() -> Law:
    """The additive law with exponents as they have been seen, so that no few rows bend it."""
    law = get_law(LAW)
    low, high = EXPONENTS
    parameters = tuple(
        replace(p, low=low, high=high) if p.name in ("alpha", "beta") else p for p in law.parameters
    )
    return replace(law, parameters=parameters)


def _trimmed(problem: Problem, use: BoolArray, rng: np.random.Generator) -> FloatArray:
    """Coordinates to start at: the best of small subsets after concentration, and of all rows."""
    rows = np.flatnonzero(use)
    n = len(rows)
    size = min(SUBSET_SIZE, n)
    weights = np.zeros((SUBSETS + 1, problem.n_runs))
    for b in range(SUBSETS):
        weights[b, rng.choice(rows, size, replace=False)] = 1.0
    weights[SUBSETS, rows] = 1.0
    points = candidates(problem)
    starts = project_starts(problem, points, weights, 1)[:, 0]
    found = polish(problem, starts, weights, _FAST).coordinates
    core = max(int(np.ceil(CORE * n)), size)
    order = np.argsort(_trimmed_sum(problem, found, use, core), kind="stable")
    best = found[order[:6]]
    for _ in range(3):
        size_of = _sizes(problem, best, use)
        kept = np.zeros_like(size_of)
        np.put_along_axis(kept, np.argsort(size_of, axis=1)[:, :core], 1.0, axis=1)
        best = polish(problem, best, kept, _FAST).coordinates
    order = np.argsort(_trimmed_sum(problem, best, use, core), kind="stable")
    return np.concatenate([found[-1:], best[order[:2]]])


def _sizes(problem: Problem, u: FloatArray, use: BoolArray) -> FloatArray:
    """Absolute residuals over the usual shape of the noise, infinite in rows left out."""
    with np.errstate(all="ignore"):
        log_target = np.log(problem.target)
        shape = np.exp(USUAL_SLOPE * (log_target - np.median(log_target[use])))
        size = np.abs(np.log(problem.predict(u)) - log_target) / shape
    return np.where(use & np.isfinite(size), size, np.inf)


def _trimmed_sum(problem: Problem, u: FloatArray, use: BoolArray, core: int) -> FloatArray:
    sizes = np.sort(_sizes(problem, u, use), axis=1)[:, :core]
    return np.asarray(np.sum(np.minimum(sizes, 1e6) ** 2, axis=1))


@dataclass(frozen=True, eq=False)
class _Try:
    coordinates: FloatArray
    healthy: FloatArray
    scale: float
    slope: float
    middle: float
    likelihood: float


def _likeliest(problem: Problem, use: BoolArray, u: FloatArray) -> _Try:
    """Law and noise where each row is either healthy (normal) or anything (uniform), by EM."""
    log_target = np.log(problem.target)
    k = len(u)
    middle = float(np.exp(np.median(log_target[use])))
    slope, likelihood = USUAL_SLOPE, -np.inf
    healthy = use.astype(float)
    scale = 0.0
    for step in range(ROUNDS):
        with np.errstate(all="ignore"):
            expected = np.log(problem.predict(u[None])[0])
        residual = np.where(np.isfinite(expected), log_target - expected, 9.0)
        room = np.clip(np.where(np.isfinite(expected), expected, 0.0) - np.log(middle), -3.0, 3.0)
        if step >= 2:
            slope = _noise_slope(residual, room, healthy)
        shape = np.exp(slope * room)
        standard = residual / shape
        if step == 0:
            n = int(use.sum())
            spread = 1.4826 * float(np.median(np.abs(standard[use])))
            scale = max(spread * (1.0 + 5.0 / max(n - k, 1)), USUAL_SD)
        else:
            total = float(np.sum(healthy * standard**2)) + PRIOR_ROWS * USUAL_SD**2
            scale = np.sqrt(total / max(healthy.sum() - k + PRIOR_ROWS, 1.0))
        scale = max(float(scale), LEAST_SD)
        normal = np.log1p(-BAD) - 0.5 * (standard / scale) ** 2 - np.log(scale * shape)
        normal -= 0.5 * np.log(2.0 * np.pi)
        anything = np.log(BAD / WIDE)
        both = np.logaddexp(normal, anything)
        before, likelihood = likelihood, float(both[use].sum())
        healthy = np.where(use, np.exp(normal - both), 0.0)
        if step > 3 and abs(likelihood - before) < 1e-3:
            break
        weights = np.maximum(healthy, 1e-9) * use / shape**2
        u = polish(problem, u[None], weights[None], _FAST).coordinates[0]
    return _Try(u, healthy, scale, slope, middle, likelihood)


def _with_doubt(problem: Problem, found: _Try) -> Surface:
    k = len(found.coordinates)
    accepted = found.healthy > 0.5
    surface = Surface(
        problem,
        found.coordinates,
        accepted,
        found.scale,
        found.slope,
        found.middle,
        np.zeros((k, k)),
    )
    N, D = problem.inputs
    J = surface.jacobian(N[accepted], D[accepted])
    sd = surface.noise(surface.log_loss(N[accepted], D[accepted]))
    information = (J / sd[:, None]).T @ (J / sd[:, None])
    return replace(surface, inverse=np.asarray(np.linalg.pinv(information, hermitian=True)))


def _noise_slope(residual: FloatArray, room: FloatArray, healthy: FloatArray) -> float:
    """How noise grows with loss, in logs: likeliest under normal noise, with a weak prior."""
    grid = np.linspace(0.0, STEEPEST, 36)
    n = healthy.sum()
    square = residual[None, :] ** 2 * np.exp(-2.0 * grid[:, None] * room[None, :])
    spread = (square @ healthy + PRIOR_ROWS * USUAL_SD**2) / (n + PRIOR_ROWS)
    likelihood = -0.5 * n * np.log(spread) - grid * float(room @ healthy)
    prior = -0.5 * (grid - USUAL_SLOPE) ** 2
    return float(grid[np.argmax(likelihood + prior)])
