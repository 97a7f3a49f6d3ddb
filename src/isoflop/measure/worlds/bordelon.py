"""W01: random features of a power-law task, limited by training time, model size or data.

Three families of runs, each limited by one thing alone, and ``joint``: size and time together.
A unit of gradient-flow time counts as tokens, so that compute is proportional to N t.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from isoflop.core.conventions import Conventions
from isoflop.measure.setting import Setting
from isoflop.measure.spectrum import (
    Rng,
    Spectrum,
    flow,
    sample_limited,
    size_limited,
    time_limited,
)
from isoflop.measure.world import PLENTY, UNIT, Exponent, Values, World

SIZES = tuple(2**k for k in range(11))  # three decades
TIMES = np.geomspace(10.0, 1e5, 13)
JOINT_SIZES = tuple(2**k for k in range(3, 10))
JOINT_TIMES = np.geomspace(3.0, 3e4, 9)
DRAWS_OF_ALL = 128  # features or samples of one size, all draws together
MOST_DRAWS = 8
FLOP_PER_PARAMETER_AND_TOKEN = 6.0
_BASIS = "catalogue W01: 0.05 on 3 decades"


def _known(v: Values) -> dict[str, float]:
    task, b = v["a"] - 1.0, v["b"]
    return {
        "time": task / b,
        # Population flow ends in a projection, whose bias saturates at b; the catalogue's 2b holds
        # for data. Both agree with the deterministic equivalents in ``measure.spectrum``.
        "size": min(task, b),
        "data": min(task, 2.0 * b),
        "allocation": 1.0 / (1.0 + b),
        "compute": task / (1.0 + b),
    }


def _draws() -> list[tuple[int, int]]:
    """Every count with the number of its draw: small ones, which scatter most, several times."""
    counts = ((n, max(1, min(MOST_DRAWS, DRAWS_OF_ALL // n))) for n in SIZES)
    return [(n, draw) for n, draws in counts for draw in range(draws)]


def _make(v: Values, rng: Rng) -> pl.DataFrame:
    spectrum = Spectrum(v["a"], v["b"], int(v["modes"]))
    rows: list[tuple[str, float, float, float, float, float]] = []
    for t, loss in zip(UNIT * TIMES, time_limited(spectrum, TIMES), strict=True):
        rows.append(("time", PLENTY, t, t, 0.0, loss))
    for size, draw in _draws():
        loss = size_limited(spectrum, size, rng)
        rows.append(("size", UNIT * size, PLENTY, PLENTY, draw, loss))
    for samples, draw in _draws():
        loss = sample_limited(spectrum, samples, rng, v["label_noise"])
        rows.append(("data", PLENTY, PLENTY, UNIT * samples, draw, loss))
    for size in JOINT_SIZES:
        losses = flow(spectrum, size, JOINT_TIMES, rng)
        for t, loss in zip(UNIT * JOINT_TIMES, losses, strict=True):
            rows.append(("joint", UNIT * size, t, t, 0.0, loss))
    names = ["family", "params", "tokens", "tokens_unique", "seed", "loss"]
    six_nd = FLOP_PER_PARAMETER_AND_TOKEN * pl.col("params") * pl.col("tokens")
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(six_nd.alias("flops"))


def _exponent(name: str, column: str) -> Exponent:
    # The shift takes up the first few modes, which a finite count resolves only in part.
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
    name="bordelon",
    entry="W01",
    about="Random features of a power-law task, limited by time, by size or by data.",
    source="bordelon2024",
    settings=(
        Setting("a", 1.8, 1.2, 3.0, "target power of mode k falls as k^-a"),
        Setting("b", 1.5, 1.1, 2.5, "eigenvalue of mode k falls as k^-b"),
        Setting("modes", 4096, 2048, 65536, "modes simulated one by one", whole=True),
        Setting("label_noise", 0.0, 0.0, 100.0, "variance of the noise on training labels"),
    ),
    known=_known,
    make=_make,
    exponents=(
        _exponent("time", "tokens"),
        _exponent("size", "params"),
        _exponent("data", "tokens_unique"),
    ),
    conventions=Conventions(params="total", flops="6ND"),
    scope=(
        "The loss is a mean square, not nats.",
        "A feature counts as 1000 parameters, a sample or a unit of time as 1000 tokens.",
        "Where a - 1 nears b the size law converges slowly: fits read up to 0.1 too little.",
        "Label noise bends the data law: its exponent is known without noise only.",
        f"{PLENTY:g} in a column stands for a count that limits nothing.",
    ),
)
