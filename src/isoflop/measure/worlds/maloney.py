"""W02: ridge regression on random features; one exponent for size and data, double descent.

Families: ``size`` (T = 4 N) and ``data`` (N = 4 T) keep the ratio, so that overfitting is one
constant factor; ``grid`` crosses sizes and samples and shows the peak at N = T.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import brentq

from isoflop.core.arrays import FloatArray
from isoflop.core.conventions import Conventions
from isoflop.measure.setting import Setting
from isoflop.measure.world import UNIT, Exponent, Values, World

RATIO = 4
LADDER = 2 ** np.arange(3, 9)  # below 8, losses are a few percent above the closed form
GRID = 2 ** np.arange(2, 10)
DRAWS_OF_ALL = 128  # features or samples of one size, all draws together
TEACHERS = 64  # random teachers that each draw of inputs and features is averaged over
_BASIS = "catalogue W04, whose generator this is: 0.05"
Rng = np.random.Generator


def resolved(count: float, alpha: float, latent: int) -> float:
    """Delta(n): sum over I of lam/(n lam + Delta) = 1; about n^-alpha for n far below latent."""
    eigenvalues = np.arange(1.0, latent + 1.0) ** -(1.0 + alpha)

    def excess(log_delta: float) -> float:
        return float(np.sum(eigenvalues / (count * eigenvalues + np.exp(log_delta))) - 1.0)

    return float(np.exp(brentq(excess, -80.0, 40.0, xtol=1e-13)))


def expected_loss(size: int, samples: int, alpha: float, latent: int) -> float:
    """Mean test loss without ridge, away from size = samples."""
    few, many = min(size, samples), max(size, samples)
    return resolved(few, alpha, latent) / (1.0 - few / many)


def regression_losses(sizes: FloatArray, samples: FloatArray, v: Values, rng: Rng) -> FloatArray:
    """Test losses of one draw of inputs and features; smaller runs use its first rows."""
    latent = int(v["latent"])
    root = np.arange(1.0, latent + 1.0) ** (-(1.0 + v["alpha"]) / 2.0)
    teacher = rng.standard_normal((latent, TEACHERS))
    inputs = rng.standard_normal((int(samples.max()), latent)) * root
    features = rng.standard_normal((int(sizes.max()), latent))
    seen, labels = inputs @ features.T, inputs @ teacher
    losses = []
    for size, count in zip(sizes.astype(int), samples.astype(int), strict=True):
        weights = _ridge(seen[:count, :size], labels[:count], v["ridge"])
        error = root[:, None] * (features[:size].T @ weights - teacher)
        losses.append(float(np.sum(error**2)) / TEACHERS)
    return np.array(losses)


def _ridge(seen: FloatArray, labels: FloatArray, ridge: float) -> FloatArray:
    """Ridge solutions, of least norm for ridge 0; seen is (samples, size), labels (samples, k)."""
    samples, size = seen.shape
    if samples == size and ridge == 0.0:
        return np.asarray(np.linalg.solve(seen, labels))
    shift = ridge * np.eye(min(samples, size))
    if samples >= size:
        return np.asarray(cho_solve(cho_factor(seen.T @ seen + shift), seen.T @ labels))
    return np.asarray(seen.T @ cho_solve(cho_factor(seen @ seen.T + shift), labels))


def _ladder(family: str, sizes: FloatArray, samples: FloatArray, v: Values, rng: Rng) -> list[Row]:
    rows: list[Row] = []
    for size, count in zip(sizes, samples, strict=True):
        for draw in range(max(1, DRAWS_OF_ALL // int(min(size, count)))):
            loss = float(regression_losses(np.array([size]), np.array([count]), v, rng)[0])
            rows.append((family, UNIT * size, UNIT * count, float(draw), loss))
    return rows


Row = tuple[str, float, float, float, float]


def _make(v: Values, rng: Rng) -> pl.DataFrame:
    few = LADDER.astype(np.float64)
    rows = _ladder("size", few, RATIO * few, v, rng) + _ladder("data", RATIO * few, few, v, rng)
    grid = np.meshgrid(GRID.astype(np.float64), GRID.astype(np.float64), indexing="ij")
    sizes, samples = grid[0].ravel(), grid[1].ravel()
    losses = regression_losses(sizes, samples, v, rng)
    for size, count, loss in zip(sizes, samples, losses, strict=True):
        rows.append(("grid", UNIT * size, UNIT * count, 0.0, float(loss)))
    names = ["family", "params", "tokens", "seed", "loss"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _known(v: Values) -> dict[str, float]:
    return {"size": v["alpha"], "data": v["alpha"], "allocation": 0.5}


def _exponent(name: str, column: str) -> Exponent:
    return Exponent(name, "m1", "c", 0.05, _BASIS, where=(f"family={name}",), axes={"x": column})


WORLD = World(
    name="maloney",
    entry="W02",
    about="Random-feature regression: one exponent, double descent, a finite world.",
    source="maloney2022",
    settings=(
        Setting("alpha", 1.0, 0.2, 2.0, "input variance of mode I falls as I^-(1 + alpha)"),
        Setting("latent", 4096, 2048, 32768, "modes the world has, then it ends", whole=True),
        Setting("ridge", 0.0, 0.0, 1e6, "ridge of the regression; 0 for least norm"),
    ),
    known=_known,
    make=_make,
    exponents=(_exponent("size", "params"), _exponent("data", "tokens")),
    conventions=Conventions(params="total"),
    scope=(
        "The loss is a mean square, not nats.",
        "A feature counts as 1000 parameters, a sample as 1000 tokens.",
        "Below alpha 0.7 the end of the world at `latent` modes steepens the law: raise latent.",
        "The peak at size = samples looks diverged to `isoflop read`: --keep diverged.",
        "A ridge lowers the peak, and changes the exponents if it is large.",
    ),
)
