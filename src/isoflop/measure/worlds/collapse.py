"""X23: a memorising learner under Zipf's law, on real text and on text whose tail was cut.

``real``: error falls as T^-(1 - 1/beta). ``cut``: a plateau, the probability beyond the cut.
``mixed``: a plateau, then the power law of the real share again.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from isoflop.core.conventions import Conventions
from isoflop.measure.setting import Setting
from isoflop.measure.world import UNIT, Exponent, Values, World
from isoflop.measure.zipf import cut, drawn_error, mixed, zipf

SAMPLES = tuple(int(10.0**x) for x in np.arange(2.0, 5.01, 0.25))
DRAWS = 2


def _make(v: Values, rng: np.random.Generator) -> pl.DataFrame:
    p = zipf(v["beta"])
    short = cut(p, int(v["cut"]))
    texts = {"real": p, "cut": short, "mixed": mixed(p, short, v["share_real"])}
    rows = [
        (name, UNIT * T, draw, drawn_error(p, q, T, rng), float(name != "real"))
        for name, q in texts.items()
        for T in SAMPLES
        for draw in range(DRAWS)
    ]
    names = ["family", "tokens", "seed", "loss", "synthetic"]
    types = [pl.String, *[pl.Float64] * 4]
    return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")


def _known(v: Values) -> dict[str, float]:
    p = zipf(v["beta"])
    return {"data": 1.0 - 1.0 / v["beta"], "plateau": float(p[int(v["cut"]) :].sum())}


WORLD = World(
    name="collapse",
    entry="X23",
    about="Memorising learner of Zipf's law: synthetic text without a tail ends in a plateau.",
    source="collapse2024",
    settings=(
        Setting("beta", 1.5, 1.2, 2.0, "word i has probability i^-beta"),
        Setting("cut", 100.0, 10.0, 1e4, "words the generator still says", whole=True),
        Setting("share_real", 0.02, 0.0, 1.0, "real text in the mixed family"),
    ),
    known=_known,
    make=_make,
    exponents=(
        Exponent(
            "data",
            "shifted_power",
            "alpha",
            0.03,
            "expected error at these samples: its log slope is within 0.01 of the limit",
            where=("family=real",),
            axes={"x": "tokens"},
            fixed={"E": 0.0},
        ),
        Exponent(
            "plateau",
            "shifted_power",
            "E",
            0.01,
            "the cut family ends flat, up to the noise of the draws",
            where=("family=cut",),
            axes={"x": "tokens"},
        ),
    ),
    conventions=Conventions(params="unknown"),
    scope=(
        "The loss is an error rate, not nats; a sample counts as 1000 tokens.",
        "The mixed family returns to the power law once the real share alone covers the cut: it "
        "is no power law with a floor.",
        "Qualitative for real language models.",
    ),
)
