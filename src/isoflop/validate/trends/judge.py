"""Is one of the kinds of trend better than a monotone law by more than chance allows?

Every kind is compared with the monotone law by the drop of the residual sum of squares over the
noise (an F statistic; the noise from repeats where there are enough). Neither its grid of shapes
nor the bounds of its signs leave the F distribution valid, so the distribution comes from series
simulated from the fitted monotone law. P values of all kinds, axes and targets asked about at once
are corrected by Holm's method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.explain import Finding
from isoflop.core.members import find_members
from isoflop.validate.trends.monotone import NUMBERS, fit_monotone
from isoflop.validate.trends.series import Series
from isoflop.validate.trends.trend import Fitted, Trend, fit_shapes

LEVEL = 0.05  # share of monotone studies in which any alarm is allowed
LEAST_SIMULATED = 499
PER_TEST = 100  # simulated series a test of the family, so that Holm's smallest level is reachable
LEAST_REPEATS = 4  # degrees of freedom before repeats are believed over residuals; assumption
LEAST_NOISE = 1e-4  # of the target; assumption: tables are written with four digits or so


@dataclass(frozen=True)
class Tested:
    """One kind of trend in one series.

    Attributes
    ----------
    p, corrected : probability of so large an F under the monotone law, alone and after Holm
    better : AICc of the monotone law less that of this kind
    words : what the target would do
    """

    name: str
    code: str
    p: float
    corrected: float
    better: float
    words: str

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "name": self.name,
            "code": self.code,
            "p": self.p,
            "corrected": self.corrected,
            "better_aicc": self.better,
            "words": self.words,
        }


@dataclass(frozen=True)
class Shape:
    """What the tests say of one series.

    Attributes
    ----------
    tests : one a kind
    noise : standard deviation about the monotone law; relative to the target for losses
    repeats : whether the noise in the tests comes from repeats
    """

    axis: str
    target: str
    n: int
    n_places: int
    tests: tuple[Tested, ...]
    noise: float
    repeats: bool
    level: float

    @property
    def found(self) -> Tested | None:
        """The kind that describes the series best, of those that chance does not explain."""
        certain = [item for item in self.tests if item.corrected <= self.level]
        return max(certain, key=lambda item: item.better) if certain else None

    @property
    def is_monotone(self) -> bool:
        """Whether nothing speaks against a monotone power law."""
        return self.found is None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The kind that was found, if any."""
        item = self.found
        if item is None:
            return ()
        others = [t.name for t in self.tests if t.corrected <= self.level and t is not item]
        also = f"; also taken for {', '.join(others)}" if others else ""
        text = (
            f"{item.words} (p {item.corrected:.2g} after Holm, AICc better by "
            f"{item.better:.1f}{also})."
        )
        return (Finding(item.code, text),)

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "axis": self.axis,
            "target": self.target,
            "runs": self.n,
            "places": self.n_places,
            "monotone": self.is_monotone,
            "found": self.found.name if self.found else None,
            "noise": self.noise,
            "noise_from": "repeats" if self.repeats else "residuals",
            "level": self.level,
            "tests": [item.to_dict() for item in self.tests],
        }


def all_trends() -> tuple[Trend, ...]:
    """Every kind, found by its file."""
    found = find_members("isoflop.validate.trends.kinds", "TREND")
    return tuple(item for item in found if isinstance(item, Trend))


def judge_trends(
    series: Sequence[Series], *, level: float = LEVEL, seed: int = 0, simulated: int | None = None
) -> tuple[Shape, ...]:
    """Test every kind of trend in every series.

    Parameters
    ----------
    series : all that is asked about at once; each must have no ``why_not``.
    level : probability of any alarm where all series are monotone.
    simulated : series drawn for each test; enough for the number of tests when None.

    Source
    ------
    mckenzie2023, ushape2022 (inverse and U-shaped trends), caballero2022 (breaks).
    """
    kinds = all_trends()
    family = len(kinds) * len(series)
    draws = simulated or max(LEAST_SIMULATED, PER_TEST * family)
    rng = np.random.default_rng(seed)
    raw = [_tests(item, kinds, draws, rng) for item in series]
    corrected = iter(_holm([test.p for tests, _, _ in raw for test in tests]))
    shapes = []
    for item, (tests, noise, repeats) in zip(series, raw, strict=True):
        named = tuple(
            Tested(t.name, t.code, t.p, next(corrected), t.better, t.words) for t in tests
        )
        n = len(item.x)
        shapes.append(Shape(item.axis, item.target, n, item.n_places, named, noise, repeats, level))
    return tuple(shapes)


def _tests(
    series: Series, kinds: Sequence[Trend], draws: int, rng: np.random.Generator
) -> tuple[list[Tested], float, bool]:
    scale, fitted = _scaled(series)
    n = len(series.x)
    noise = max(float(np.sqrt(fitted.rss[0] / (n - NUMBERS))), LEAST_NOISE)
    y = np.vstack([series.y, _simulated(series, fitted, scale, draws, rng)])
    base = fit_monotone(series, y, scale)
    repeats = n - series.n_places >= LEAST_REPEATS
    tests = []
    for kind in kinds:
        other = fit_shapes(series, kind.shapes(series), kind.sign, y, scale)
        variance = _pure(series, y, scale) if repeats else other.rss / max(n - kind.numbers, 1)
        f = (base.rss - other.rss) / np.maximum(variance, LEAST_NOISE**2)
        p = (1 + int(np.sum(f[1:] >= f[0]))) / (draws + 1)
        better = _aicc(base.rss[0], n, NUMBERS) - _aicc(other.rss[0], n, kind.numbers)
        words = kind.words(series, other.named)
        tests.append(Tested(kind.name, kind.code, p, p, better, words))
    return tests, noise, repeats


def _scaled(series: Series) -> tuple[FloatArray, Fitted]:
    """Noise of each point up to a factor, and the monotone law under it."""
    if not series.relative:
        scale = np.ones(len(series.y))
        return scale, fit_monotone(series, series.y[None], scale)
    first = fit_monotone(series, series.y[None], series.y)
    # The law's own values, so that a lucky run weighs no more; never far from the run's.
    scale = np.clip(first.curve, series.y / 2.0, series.y * 2.0)
    return scale, fit_monotone(series, series.y[None], scale)


def _simulated(
    series: Series, fitted: Fitted, scale: FloatArray, draws: int, rng: np.random.Generator
) -> FloatArray:
    """Series of the monotone law with its residuals, drawn anew and turned at random."""
    n = len(series.y)
    residuals = (series.y - fitted.curve) / scale * np.sqrt(n / (n - NUMBERS))
    spread = float(np.sqrt(np.mean(residuals**2)))
    if spread < LEAST_NOISE:
        residuals = np.full(n, LEAST_NOISE)
    noise = rng.choice(residuals, size=(draws, n)) * rng.choice([-1.0, 1.0], size=(draws, n))
    return np.asarray(fitted.curve + noise * scale)


def _pure(series: Series, y: FloatArray, scale: FloatArray) -> FloatArray:
    """Variance between repeats of one place, (n_series,)."""
    member = np.eye(series.n_places)[series.place]
    scaled = y / scale
    means = (scaled @ member) / member.sum(axis=0)
    freedom = len(series.x) - series.n_places
    return np.asarray(np.sum((scaled - means[:, series.place]) ** 2, axis=1) / freedom)


def _holm(p: Sequence[float]) -> list[float]:
    """P values corrected for their number: the smallest by all, the next by one fewer."""
    order = np.argsort(p, kind="stable")
    corrected = np.empty(len(p))
    highest = 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min((len(p) - rank) * p[i], 1.0))
        corrected[i] = highest
    return [float(value) for value in corrected]


def _aicc(rss: float, n: int, numbers: int) -> float:
    """Corrected information criterion; the noise is one more number."""
    k = numbers + 1
    variance = max(float(rss) / n, LEAST_NOISE**2)
    return n * float(np.log(variance)) + 2.0 * k + 2.0 * k * (k + 1) / max(n - k - 1, 1)
