"""A study of cheap runs simulated from the additive law, so that every forecast can be checked."""

from __future__ import annotations

import numpy as np
import polars as pl

from isoflop.core.arrays import FloatArray
from isoflop.core.conventions import Conventions
from isoflop.core.runs import Runs
from isoflop.measure.setting import Setting
from isoflop.measure.world import Exponent, Values, World

# besiroglu2024, refit on 240 runs (arXiv 2404.10102)
TRUTH = {"E": 1.8172, "A": 482.01, "alpha": 0.3478, "B": 2085.43, "beta": 0.3658}
SEED_SD = 0.004  # of ln loss: M05, seed noise of small runs between 0.002 and 0.05
BUDGETS = np.geomspace(1e18, 1e21, 7)  # FLOP
RATIOS = np.geomspace(4.0, 120.0, 8)  # tokens per parameter
_BASIS = "assumption: three standard deviations over seeds at the default noise, 0.013 each"


def true_loss(N: FloatArray, D: FloatArray) -> FloatArray:
    """Expected loss of the world at its default settings, nat/token."""
    return _loss(TRUTH, N, D)


def simulate(seed: int = 0) -> Runs:
    """Runs on isoFLOP slices, with seed noise on log loss."""
    return WORLD.simulate(seed)


def _loss(t: Values, N: FloatArray, D: FloatArray) -> FloatArray:
    return np.asarray(t["E"] + t["A"] * N ** -t["alpha"] + t["B"] * D ** -t["beta"])


def _known(v: Values) -> dict[str, float]:
    return {name: v[name] for name in TRUTH}


def _make(v: Values, rng: np.random.Generator) -> pl.DataFrame:
    C, M = (grid.ravel() for grid in np.meshgrid(BUDGETS, RATIOS, indexing="ij"))
    N = np.sqrt(C / (6.0 * M))
    D = C / (6.0 * N)
    loss = _loss(v, N, D) * np.exp(rng.normal(0.0, v["noise"], len(C)))
    return pl.DataFrame({"params": N, "tokens": D, "flops": C, "loss": loss})


WORLD = World(
    name="additive",
    entry="L13",
    about="IsoFLOP slices of the additive law in parameters and tokens, with seed noise.",
    source="besiroglu2024",
    settings=(
        Setting("E", TRUTH["E"], 0.0, 10.0, "loss that no scale removes, nat/token"),
        Setting("A", TRUTH["A"], 1e-3, 1e12, "price of too few parameters, nat/token"),
        Setting("alpha", TRUTH["alpha"], 0.01, 2.0, "return on parameters"),
        Setting("B", TRUTH["B"], 1e-3, 1e12, "price of too few tokens, nat/token"),
        Setting("beta", TRUTH["beta"], 0.01, 2.0, "return on tokens"),
        Setting("noise", SEED_SD, 0.0, 1.0, "standard deviation of ln loss"),
    ),
    known=_known,
    make=_make,
    exponents=(
        Exponent("alpha", "chinchilla", "alpha", 0.04, _BASIS),
        Exponent("beta", "chinchilla", "beta", 0.04, _BASIS),
    ),
    conventions=Conventions(params="total", flops="6ND", loss="nat/token"),
)
