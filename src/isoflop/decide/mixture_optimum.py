"""The best mixture of a fitted mixing law, under caps and floors, with its doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import PlanError, UsageError
from isoflop.core.explain import Finding
from isoflop.core.files import canonical_json
from isoflop.core.result import figures_of
from isoflop.core.sources import Source
from isoflop.core.version import __version__
from isoflop.decide.simplex import SAMPLES, STARTS, Simplex, minimise
from isoflop.fit.mixture import MixtureFit
from isoflop.fit.mixture_checks import nearest_mixtures

LEVEL = 0.9
DISAGREE = 1e-3  # nat/token between search and samples that is an error (section 0.3)
ABSENT = 1e-7  # of a share: multiplicative steps never reach zero itself
FAR = 0.15  # assumption: a share this far from every measured mixture is extrapolation
TOP = 100  # regmix2024: the mean of the best hundred samples
CANDIDATES = 100_000  # regmix2024 entry: at least 1e5 sampled mixtures
SPREAD = (0.02, 1.0)  # assumption: concentration of the weights that mix measured mixtures


@dataclass(frozen=True)
class MixtureOptimum:
    """One mixture, what it is predicted to reach, and how sure that is.

    Attributes
    ----------
    shares : {source: (share, lo, hi)}; the interval is None without resamples
    loss : (value, lo, hi) predicted overall loss, nat/token
    each : {validation domain: predicted loss}
    gain : (value, lo, hi) loss of the best measured mixture, as fitted, minus that of this one
    sampled : overall loss of the best of 20,000 sampled mixtures
    binding : limits that hold the optimum: ``web <= 0.4``
    """

    law: str
    shares: Mapping[str, tuple[float, float | None, float | None]]
    loss: tuple[float, float | None, float | None]
    each: Mapping[str, float]
    gain: tuple[float, float | None, float | None]
    sampled: float
    binding: tuple[str, ...]
    level: float
    n_draws: int
    weights: Mapping[str, float]
    warnings: tuple[Finding, ...] = ()
    cited: tuple[Source, ...] = field(default=())

    def to_dict(self) -> dict[str, object]:
        """The document."""
        return {
            "kind": "isoflop-mixture-optimum",
            "version": __version__,
            "law": self.law,
            "shares": {name: _estimate(one) for name, one in self.shares.items()},
            "loss": {**_estimate(self.loss), "unit": "nat/token"},
            "each": dict(self.each),
            "gain": {**_estimate(self.gain), "unit": "nat/token"},
            "sampled": self.sampled,
            "binding": list(self.binding),
            "level": self.level,
            "draws": self.n_draws,
            "weights": dict(self.weights),
            "warnings": [finding.to_dict() for finding in self.warnings],
        }

    def to_json(self) -> str:
        """One JSON document."""
        return canonical_json(self.to_dict())

    def tables(self) -> Mapping[str, object]:
        """``shares`` with intervals, as a data frame."""
        import polars as pl

        rows = [{"source": name, **_estimate(one)} for name, one in self.shares.items()]
        return {"shares": pl.DataFrame(rows, infer_schema_length=None)}

    def figures(self) -> Mapping[str, object]:
        """Figures declared for this kind of result."""
        return figures_of(self)

    def cite(self) -> tuple[Source, ...]:
        """The works behind the law."""
        return self.cited


def mixture_optimum(
    fit: MixtureFit,
    *,
    caps: Mapping[str, float] | None = None,
    floors: Mapping[str, float] | None = None,
    weights: Mapping[str, float] | None = None,
    level: float = LEVEL,
    seed: int = 0,
) -> MixtureOptimum:
    """The mixture of least predicted overall loss.

    Parameters
    ----------
    caps, floors : {source: share}; ``decide.repetition_caps`` gives caps from unique tokens.
    weights : {validation domain: weight} of the overall loss; those of the fit by default.

    Raises
    ------
    PlanError
        E541 if no mixture meets the limits, E542 if search and samples disagree.
    """
    simplex = Simplex.limited(fit.domains, caps=caps, floors=floors)
    if not 0.0 < level < 1.0:
        raise UsageError(
            f"The level of an interval must lie between 0 and 1, not {level:g}.",
            where="level",
            matters="nothing was computed.",
            do="use 0.9, for example.",
            code="E541",
        )
    if not fit.model.extrapolates:
        simplex = simplex.raised(fit.shares.min(axis=0))
    chosen = fit.reweighted(weights or {})
    search = _searched if fit.model.is_smooth else _averaged
    best, drawn, sampled = search(fit, simplex, chosen, np.random.default_rng(seed))
    value = float(fit.predict(best[None], chosen)[0])
    spread = fit.predict_draws(drawn[:, None, :], chosen)[:, 0] if len(drawn) else np.empty(0)
    names = [target.removeprefix("loss/") for target in fit.targets]
    each = fit.predict_each(best[None])[0]
    return MixtureOptimum(
        law=fit.law,
        shares={
            name: _interval(float(best[i]), drawn[:, i], level)
            for i, name in enumerate(fit.domains)
        },
        loss=_interval(value, spread, level),
        each={name: float(one) for name, one in zip(names, each, strict=True)},
        gain=_gain(fit, best, chosen, level),
        sampled=sampled,
        binding=tuple(_binding(simplex, best)),
        level=level,
        n_draws=len(drawn),
        weights={name: float(one) for name, one in zip(names, chosen, strict=True)},
        warnings=tuple(_findings(fit, best)),
        cited=fit.cite(),
    )


def _gain(
    fit: MixtureFit, best: FloatArray, weights: FloatArray, level: float
) -> tuple[float, float | None, float | None]:
    """What acting on the answer is worth, in the fit and in each resample."""
    measured = fit.predict(fit.shares, weights)
    base = int(np.argmin(measured))
    both = np.stack([fit.shares[base], best])
    gains = np.empty(0)
    if fit.n_draws:
        pair = _each_draw(fit, both, weights)
        gains = pair[:, 0] - pair[:, 1]
    return _interval(float(measured[base] - fit.predict(best[None], weights)[0]), gains, level)


def _searched(
    fit: MixtureFit, simplex: Simplex, weights: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, float]:
    """Exponentiated gradient from many starts, checked against samples; then every resample."""

    def point(shares: FloatArray) -> FloatArray:
        flat = fit.predict(shares.reshape(-1, shares.shape[-1]), weights)
        return flat.reshape(shares.shape[:-1])

    samples = simplex.sample(SAMPLES, rng)
    values = fit.predict(samples, weights)
    starts = np.concatenate([samples[:STARTS], samples[[int(np.argmin(values))]]])
    ends = minimise(simplex, point, starts)
    reached = fit.predict(ends, weights)
    best, lowest = ends[int(np.argmin(reached[:-1]))], float(reached[:-1].min())
    sampled = float(values.min())
    # The search must not lose to a sample, nor to a search that begins at the best sample.
    if lowest > min(sampled, float(reached[-1])) + DISAGREE:
        raise PlanError(
            f"The search for the best mixture ended at {lowest:.5f} nat/token, a sampled mixture "
            f"gives {min(sampled, float(reached[-1])):.5f}.",
            where=f"{STARTS} starts, {SAMPLES} samples, law {fit.law}",
            matters="an optimum that samples beat is not one.",
            do="fit another law (--law mix_exp has a single optimum), or report the fit.",
            code="E542",
        )
    drawn = np.empty((0, len(best)))
    if fit.n_draws:
        begin = np.broadcast_to(best, (fit.n_draws, len(best)))
        inside = 0.9 * begin + 0.1 * simplex.project(np.ones_like(begin))
        drawn = minimise(simplex, lambda shares: fit.predict_draws(shares, weights), inside)
    return _cleaned(best), _cleaned(drawn), sampled


def _cleaned(shares: FloatArray) -> FloatArray:
    """Shares that the search only drives towards zero are zero."""
    kept = np.where(shares < ABSENT, 0.0, shares)
    return np.asarray(kept / kept.sum(axis=-1, keepdims=True))


def _averaged(
    fit: MixtureFit, simplex: Simplex, weights: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, float]:
    """Mean of the best hundred sampled mixtures inside the hull of the measured ones."""
    low, high = np.log(SPREAD)
    n = len(fit.shares)
    strength = np.exp(rng.uniform(low, high, CANDIDATES))
    mixed = rng.standard_gamma(np.repeat(strength[:, None], n, axis=1)) + 1e-300
    candidates = (mixed / mixed.sum(axis=1, keepdims=True)) @ fit.shares
    inside = ((candidates >= simplex.low - 1e-9) & (candidates <= simplex.high + 1e-9)).all(axis=1)
    kept = candidates[inside]
    if len(kept) < TOP:
        raise PlanError(
            f"Only {len(kept)} of {CANDIDATES} mixtures between the measured ones meet the limits.",
            where=f"law {fit.law}",
            matters="a regression is not asked about mixtures outside the measured ones.",
            do="relax the limits, measure mixtures within them, or use --law mix_exp.",
            code="E541",
        )
    values = fit.predict(kept, weights)
    best = kept[np.argpartition(values, TOP)[:TOP]].mean(axis=0)
    drawn = np.empty((fit.n_draws, len(best)))
    part = kept[:SAMPLES]
    for b, row in enumerate(_each_draw(fit, part, weights)):
        drawn[b] = part[np.argpartition(row, TOP)[:TOP]].mean(axis=0)
    return best, drawn, float(values.min())


def _each_draw(fit: MixtureFit, shares: FloatArray, weights: FloatArray) -> FloatArray:
    """Overall loss (n_draws, n) of every resample at the same mixtures."""
    if not fit.n_draws:
        return np.empty((0, len(shares)))
    return fit.predict_draws(np.broadcast_to(shares, (fit.n_draws, *shares.shape)), weights)


def _binding(simplex: Simplex, best: FloatArray) -> list[str]:
    found = []
    for i, name in enumerate(simplex.domains):
        if simplex.high[i] < 1.0 and best[i] > simplex.high[i] - 1e-6:
            found.append(f"{name} <= {simplex.high[i]:.4g}")
        if simplex.low[i] > 0.0 and best[i] < simplex.low[i] + 1e-6:
            found.append(f"{name} >= {simplex.low[i]:.4g}")
    return found


def _findings(fit: MixtureFit, best: FloatArray) -> list[Finding]:
    found = [one for one in fit.warnings if one.code in ("W540", "W541", "W542")]
    distance = nearest_mixtures(fit.shares, best)
    beyond = [
        name
        for i, name in enumerate(fit.domains)
        if not fit.shares[:, i].min() - 1e-3 <= best[i] <= fit.shares[:, i].max() + 1e-3
    ]
    if distance > FAR or beyond:
        outside = f"; shares of {', '.join(beyond)} lie outside those measured" if beyond else ""
        text = (
            f"the mixture differs from every measured one by {distance:.2f} or more in some share"
            f"{outside}: run it before relying on it."
        )
        found.append(Finding("W543", text))
    return found


def _interval(
    value: float, draws: FloatArray, level: float
) -> tuple[float, float | None, float | None]:
    if not len(draws):
        return value, None, None
    tail = 50.0 * (1.0 - level)
    lo, hi = np.percentile(draws, [tail, 100.0 - tail])
    return value, float(lo), float(hi)


def _estimate(
    item: tuple[float, float | None, float | None],
) -> dict[str, float | None]:
    return dict(zip(("value", "lo", "hi"), item, strict=True))
