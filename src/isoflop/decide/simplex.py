"""Mixtures under floors and caps, and the least of a function of them by exponentiated gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import PlanError, UsageError, unknown_name

STARTS = 32  # Dirichlet starts, as section 0.3 of the entries asks
SAMPLES = 20_000  # Dirichlet mixtures that check the search
CONCENTRATION = (0.1, 5.0)  # of the samples, times the even mixture; as the mixture design draws
STEPS = 400
PROBE = 1e-6  # of a share, for central differences
SETTLED = 1e-11  # nat/token gained in a step below which a lane has arrived
HALVINGS = 90  # of the multiplier's bracket, to the last digit

Objective = Callable[[FloatArray], FloatArray]
"""(n_lanes, n, n_domains) mixtures -> (n_lanes, n); lane by lane another function."""


@dataclass(frozen=True)
class Simplex:
    """Mixtures between floors and caps that sum to one.

    Attributes
    ----------
    domains : names in the order of the shares
    low, high : (n_domains,)
    """

    domains: tuple[str, ...]
    low: FloatArray
    high: FloatArray

    @classmethod
    def limited(
        cls,
        domains: Sequence[str],
        *,
        caps: Mapping[str, float] | None = None,
        floors: Mapping[str, float] | None = None,
    ) -> Simplex:
        """The mixtures within caps and floors by name.

        Raises
        ------
        UsageError
            E101 for an unknown domain, E541 for a limit that is no share.
        PlanError
            E541 if no mixture meets them all.
        """
        low, high = np.zeros(len(domains)), np.ones(len(domains))
        for limits, array, option in ((floors, low, "--floor"), (caps, high, "--cap")):
            for name, value in (limits or {}).items():
                if name not in domains:
                    raise unknown_name("source", name, domains, "isoflop mix fit RUNS")
                if not 0.0 <= value <= 1.0:
                    raise UsageError(
                        f"The limit {name}={value:g} is no share.",
                        where=f"{option} {name}={value:g}",
                        matters="shares lie between zero and one.",
                        do="give a fraction, such as 0.4.",
                        code="E541",
                    )
                array[list(domains).index(name)] = value
        if low.sum() > 1.0 or high.sum() < 1.0 or (low > high).any():
            raise PlanError(
                "No mixture meets these caps and floors.",
                where=f"floors sum to {low.sum():.3g}, caps to {high.sum():.3g}",
                matters="shares sum to one.",
                do="raise a cap, lower a floor, or allow more epochs of the small sources.",
                code="E541",
            )
        return cls(tuple(domains), low, high)

    def raised(self, least: FloatArray) -> Simplex:
        """The same with floors of at least (n_domains,) where the caps leave room."""
        low = np.minimum(np.maximum(self.low, least), self.high)
        return Simplex(self.domains, low, self.high) if low.sum() <= 1.0 else self

    def project(self, weights: FloatArray) -> FloatArray:
        """The mixtures closest in relative entropy to positive weights (..., n_domains)."""
        positive = np.maximum(weights, 1e-300)
        # Shares are weights times one multiplier, clipped; their sum rises with the multiplier.
        scaled = np.log(positive / positive.sum(axis=-1, keepdims=True))
        left = np.full(scaled.shape[:-1], -800.0)
        right = -left
        for _ in range(HALVINGS):
            middle = 0.5 * (left + right)
            total = self._clipped(scaled, middle).sum(axis=-1)
            left, right = np.where(total < 1.0, middle, left), np.where(total < 1.0, right, middle)
        return self._clipped(scaled, right)

    def _clipped(self, scaled: FloatArray, multiplier: FloatArray) -> FloatArray:
        with np.errstate(over="ignore"):
            return np.clip(np.exp(scaled + multiplier[..., None]), self.low, self.high)

    def sample(self, n: int, rng: np.random.Generator) -> FloatArray:
        """Dirichlet mixtures (n, n_domains) of many concentrations, moved inside the limits."""
        low, high = np.log(CONCENTRATION)
        strength = np.exp(rng.uniform(low, high, n))
        drawn = rng.standard_gamma(np.repeat(strength[:, None], len(self.low), axis=1))
        return self.project(np.maximum(drawn, 1e-12))


def minimise(simplex: Simplex, objective: Objective, starts: FloatArray) -> FloatArray:
    """Exponentiated gradient in every lane, (n_lanes, n_domains) starts to optima.

    Each step multiplies shares by ``exp(-step*gradient)`` and projects; a step that does not pay
    is halved, one that does makes the next longer.
    """
    shares = simplex.project(np.maximum(starts, 1e-12))
    value = objective(shares[:, None, :])[:, 0]
    step = np.full(len(shares), 1.0)
    for _ in range(STEPS):
        gradient = _gradient(objective, shares)
        moved = simplex.project(shares * np.exp(-_bounded(step[:, None] * gradient)))
        trial = objective(moved[:, None, :])[:, 0]
        better = trial < value
        gain = np.where(better, value - trial, 0.0)
        shares = np.where(better[:, None], moved, shares)
        value = np.where(better, trial, value)
        tiny = step * np.abs(gradient).max(axis=1) < 1e-9
        if (tiny | (better & (gain < SETTLED))).all():
            break
        step = np.clip(np.where(better, 1.6 * step, 0.3 * step), 1e-12, 1e6)
    return shares


def _bounded(exponent: FloatArray) -> FloatArray:
    """Centred and kept small enough that no share vanishes in one step."""
    centred = exponent - exponent.mean(axis=1, keepdims=True)
    return np.asarray(np.clip(centred, -10.0, 10.0))


def _gradient(objective: Objective, shares: FloatArray) -> FloatArray:
    """Central differences (n_lanes, n_domains); near zero the shares leave the simplex inwards."""
    k = shares.shape[1]
    ahead = shares[:, None, :] + PROBE * np.eye(k)
    behind = np.maximum(shares[:, None, :] - PROBE * np.eye(k), 0.0)
    width = np.einsum("bii->bi", ahead - behind)
    values = objective(np.concatenate([ahead, behind], axis=1))
    return np.asarray((values[:, :k] - values[:, k:]) / width)
