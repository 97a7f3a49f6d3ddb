"""W04: the four regimes of random-feature regression, limited by variance or by resolution.

``variance_data`` and ``variance_size``: loss above its limit at few features (samples), as the
other grows. ``resolution_data`` and ``resolution_size``: the other is without limit.
Gaussian features make the variance exact: given the kernel, it is a Wishart or chi-square draw.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from isoflop.core.conventions import Conventions
from isoflop.measure.setting import Setting
from isoflop.measure.spectrum import Rng, Spectrum, sample_limited, size_limited
from isoflop.measure.world import PLENTY, UNIT, Exponent, Values, World

FEW = 64  # features (or samples) held fixed while the other grows
GROWN = tuple(FEW * 2**k for k in range(4, 13))
VARIANCE_DRAWS = 8
RESOLVED = tuple(2**k for k in range(10))
DRAWS_OF_ALL, MOST_DRAWS = 256, 16
_BASIS = "catalogue W04: 0.05 in either corner"


def excess_from_samples(limit: float, size: int, samples: int, rng: Rng) -> float:
    """Loss above its limit of a regression on ``size`` Gaussian features, one draw.

    The weights err by N(0, limit (Z'Z)^-1) in units of the features' covariance, with Z'Z a
    Wishart matrix (drawn by Bartlett's decomposition); the mean is limit size/(samples - size - 1).
    """
    root = np.tril(rng.standard_normal((size, size)), -1)
    root[np.diag_indices(size)] = np.sqrt(rng.chisquare(samples - np.arange(size)))
    error = solve_triangular(root, rng.standard_normal(size), lower=True, trans="T")
    return limit * float(error @ error)


def excess_from_width(
    spectrum: Spectrum, samples: int, widths: Sequence[int], rng: Rng
) -> list[float]:
    """Loss above the kernel limit of least-norm regression on random features, one per width.

    The features' part outside the samples' span adds a Gaussian error of norm y' W^-1 y, W a
    Wishart matrix with the kernel as covariance; its mean over the features' directions is taken.
    """
    root = np.sqrt(spectrum.eigenvalues)
    inputs = rng.standard_normal((samples, spectrum.modes)) * root
    beyond = np.sqrt(spectrum.power_beyond) * rng.standard_normal(samples)
    labels = inputs @ (spectrum.target / root) + beyond
    kernel = inputs @ inputs.T
    kernel[np.diag_indices(samples)] += spectrum.variance_beyond
    factor = cho_factor(kernel)
    energy = float(labels @ cho_solve(factor, labels))
    covered = float(np.sum((inputs * root).T * cho_solve(factor, inputs * root).T))
    unseen = float(spectrum.eigenvalues.sum()) + spectrum.variance_beyond - covered
    return [unseen * energy / float(rng.chisquare(width - samples + 1)) for width in widths]


def _make(v: Values, rng: Rng) -> pl.DataFrame:
    spectrum = Spectrum(1.0 + v["alpha"], 1.0 + v["alpha"], int(v["modes"]))
    rows: list[tuple[str, float, float, float, float, float | None]] = []
    for draw in range(VARIANCE_DRAWS):
        limit = size_limited(spectrum, FEW, rng)
        for many in GROWN:
            above = excess_from_samples(limit, FEW, many, rng)
            rows.append(("variance_data", UNIT * FEW, UNIT * many, draw, limit + above, above))
        limit = sample_limited(spectrum, FEW, rng)
        for many, above in zip(GROWN, excess_from_width(spectrum, FEW, GROWN, rng), strict=True):
            rows.append(("variance_size", UNIT * many, UNIT * FEW, draw, limit + above, above))
    for count in RESOLVED:
        for draw in range(max(1, min(MOST_DRAWS, DRAWS_OF_ALL // count))):
            loss = size_limited(spectrum, count, rng)
            rows.append(("resolution_size", UNIT * count, PLENTY, draw, loss, None))
            loss = sample_limited(spectrum, count, rng)
            rows.append(("resolution_data", PLENTY, UNIT * count, draw, loss, None))
    names = ["family", "params", "tokens", "seed", "loss", "loss_above_limit"]
    types = [pl.String, *[pl.Float64] * 5]
    return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")


def _known(v: Values) -> dict[str, float]:
    return {
        "variance_data": 1.0,
        "variance_size": 1.0,
        "resolution_size": v["alpha"],
        "resolution_data": v["alpha"],
    }


def _variance(name: str, column: str) -> Exponent:
    return Exponent(
        name,
        "m1",
        "c",
        0.05,
        _BASIS,
        where=(f"family={name}",),
        axes={"x": column},
        target="loss_above_limit",
    )


def _resolution(name: str, column: str) -> Exponent:
    return Exponent(
        name,
        "shifted_power",
        "alpha",
        0.05,
        _BASIS,
        where=(f"family={name}",),
        axes={"x": column},
        fixed={"E": 0.0},
    )


WORLD = World(
    name="bahri",
    entry="W04",
    about="Four regimes: exponent 1 where variance limits, else alpha.",
    source="bahri2021",
    settings=(
        Setting("alpha", 0.5, 0.2, 1.25, "eigenvalue of mode i falls as i^-(1 + alpha)"),
        Setting("modes", 4096, 2048, 65536, "modes simulated one by one", whole=True),
    ),
    known=_known,
    make=_make,
    exponents=(
        _variance("variance_data", "tokens"),
        _variance("variance_size", "params"),
        _resolution("resolution_size", "params"),
        _resolution("resolution_data", "tokens"),
    ),
    conventions=Conventions(params="total"),
    scope=(
        "The loss is a mean square, not nats.",
        "A feature counts as 1000 parameters, a sample as 1000 tokens.",
        "`loss_above_limit` is what the growing count can still remove.",
        f"{PLENTY:g} in a column stands for a count that limits nothing.",
    ),
)
