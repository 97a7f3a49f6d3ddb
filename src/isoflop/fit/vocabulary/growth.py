"""Route 2 to the vocabulary: where compute for the same characters is least."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError
from isoflop.core.runs import Runs
from isoflop.fit.vocabulary.curves import TARGET, loss_curves
from isoflop.laws.vocabulary.tokens_per_character import CAP
from isoflop.laws.vocabulary.vocab_growth import ANCHOR

SMALLEST = 256.0  # entries; a byte vocabulary, below which no tokenizer goes
HALVINGS = 60  # of the bracket in logs: below the spacing of float64


@dataclass(frozen=True)
class GrowthRoute:
    """N_v = N_0 * (N_ne / 33e6)^g.

    Attributes
    ----------
    observed : {N_ne: best vocabulary parameters seen} behind N_0.
    """

    N_0: float
    g: float
    observed: Mapping[float, float]


def cheapest_vocabulary(N_ne: float, width: float, compression: Mapping[str, float]) -> float:
    """Entries V that minimise the compute of given characters, (N_ne + V*width)*f(V).

    Parameters
    ----------
    compression : a, b and c of the law tokens_per_character.

    Raises
    ------
    FitError
        E551 if compute falls or rises all the way from bytes to the cap of the law.
    """
    a, b, c = (compression[name] for name in ("a", "b", "c"))

    def slope(V: float) -> float:
        log_V = np.log(V)
        per_character = (a * log_V + b) * log_V + c
        return float(width * per_character + (N_ne + V * width) * (2.0 * a * log_V + b) / V)

    low, high = SMALLEST, CAP
    if not slope(low) < 0.0 < slope(high):
        raise FitError(
            f"No vocabulary between {low:g} and {high:g} entries is cheapest for {N_ne:g} others.",
            where=f"width {width:g}",
            matters="an answer would come from outside the fit of tokens per character.",
            do="check size and width; or refit tokens_per_character on larger vocabularies.",
            code="E551",
        )
    for _ in range(HALVINGS):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if slope(middle) < 0.0 else (low, middle)
    return float(np.sqrt(low * high))


def growth_exponent(N_ne: FloatArray, width: FloatArray, compression: Mapping[str, float]) -> float:
    """Slope of ln N_v on ln N_ne over cheapest vocabularies of the shapes (n_shapes,)."""
    sizes = np.array(
        [cheapest_vocabulary(n, d, compression) for n, d in zip(N_ne, width, strict=True)]
    )
    return float(np.polyfit(np.log(N_ne), np.log(sizes * width), 1)[0])


def seen_optimum(runs: Runs, N_ne: float, C: float, target: str = TARGET) -> float | None:
    """Vocabulary parameters of least loss at C FLOP in models with N_ne others.

    The vertex of a parabola in logs through all vocabularies, for single ones are noisy; None
    where it lies outside of them or the parabola has no floor.
    """
    curves = [curve for curve in loss_curves(runs, target) if np.isclose(curve.N_ne, N_ne)]
    at = np.array([np.log(C)])
    losses = np.array([curve.at(at)[0] for curve in curves])
    log_V = np.log([curve.N_v for curve in curves])
    trained = np.isfinite(losses)
    if trained.sum() < 4:
        return None
    bend, tilt, _ = np.polyfit(log_V[trained], losses[trained], 2)
    vertex = -tilt / (2.0 * bend)
    inside = log_V[trained].min() < vertex < log_V[trained].max()
    return float(np.exp(vertex)) if bend > 0.0 and inside else None


def by_growth(
    runs: Runs, compression: Mapping[str, float], K1: float, target: str = TARGET
) -> GrowthRoute:
    """The exponent from the derivative of compute, the level from the best vocabularies seen.

    Parameters
    ----------
    runs : with width besides the columns of ``loss_curves``.
    K1 : log of N_ne/C^0.5 along the envelope: each size is judged at its own budget.

    Raises
    ------
    FitError
        E551 if no size has a best vocabulary inside those tried.
    """
    shapes = np.unique(np.stack([runs.values("N_ne"), runs.values("width")], axis=1), axis=0)
    N_ne, width = shapes[:, 0], shapes[:, 1]
    g = growth_exponent(N_ne, width, compression)
    seen = {float(n): seen_optimum(runs, n, float((n / np.exp(K1)) ** 2), target) for n in N_ne}
    observed = {n: best for n, best in seen.items() if best is not None}
    if not observed:
        raise FitError(
            "No size has a best vocabulary inside those tried.",
            where=runs.provenance.source,
            matters="the derivative gives a growth, its level must be seen.",
            do="add vocabularies on both sides of the best.",
            code="E551",
        )
    levels = [np.log(best) - g * np.log(n / ANCHOR) for n, best in observed.items()]
    return GrowthRoute(N_0=float(np.exp(np.median(levels))), g=g, observed=observed)
