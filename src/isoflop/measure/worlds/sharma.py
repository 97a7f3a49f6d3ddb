"""W03: a smooth function on a d-dimensional manifold, approximated by more and more flat pieces.

The manifold is a torus of side 1, flat and without edge. A student holds the teacher's value (and
slope) at random anchors and answers with the piece of the nearest one.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.spatial import cKDTree
from scipy.special import gamma

from isoflop.core.arrays import FloatArray
from isoflop.core.conventions import Conventions
from isoflop.measure.setting import Setting
from isoflop.measure.world import PLENTY, Exponent, Values, World

PIECES = 2 ** np.arange(8, 18)  # three decades
TESTS = 2000  # points the loss is averaged over
DRAWS_OF_ALL, MOST_DRAWS = 2**16, 4
_TURN = 2.0 * np.pi


def expected_loss(dimension: int, pieces: float) -> float:
    """Mean loss of many linear pieces: the curvature times the nearest distance, squared."""
    d = float(dimension)
    ball = np.pi ** (d / 2) / gamma(d / 2 + 1)
    fourth_power = gamma(1 + 4 / d) * (pieces * ball) ** (-4 / d)
    return float(0.25 * fourth_power * 1.5 * _TURN**4 / (d * (d + 2)))


def student_loss(dimension: int, order: int, pieces: int, rng: np.random.Generator) -> float:
    """Mean square error of one student of one random teacher.

    Parameters
    ----------
    order : 0 for constant pieces, 1 for linear ones.
    """
    phases = rng.uniform(0.0, _TURN, dimension)
    anchors = rng.random((pieces, dimension))
    points = rng.random((TESTS, dimension))
    _, nearest = cKDTree(anchors, boxsize=1.0).query(points)
    anchor = anchors[nearest]
    step = points - anchor
    step -= np.round(step)  # the short way round the torus
    answer = _teacher(anchor, phases)
    if order == 1:
        answer = answer + np.sum(_slope(anchor, phases) * step, axis=1)
    return float(np.mean((_teacher(points, phases) - answer) ** 2))


def _teacher(points: FloatArray, phases: FloatArray) -> FloatArray:
    """One wave along each direction, variance 1/2 in all."""
    waves = np.cos(_TURN * points + phases)
    return np.asarray(waves.sum(axis=1) / np.sqrt(len(phases)))


def _slope(points: FloatArray, phases: FloatArray) -> FloatArray:
    return np.asarray(-_TURN * np.sin(_TURN * points + phases) / np.sqrt(len(phases)))


def _known(v: Values) -> dict[str, float]:
    return {"size": 2.0 * (v["order"] + 1.0) / v["dimension"]}


def _make(v: Values, rng: np.random.Generator) -> pl.DataFrame:
    dimension, order = int(v["dimension"]), int(v["order"])
    numbers = 1 + order * dimension  # held by one piece: a value, and a slope along each direction
    rows = []
    for pieces in PIECES:
        for draw in range(max(1, min(MOST_DRAWS, DRAWS_OF_ALL // int(pieces)))):
            loss = student_loss(dimension, order, int(pieces), rng)
            rows.append((float(numbers * pieces), PLENTY, float(draw), loss))
    return pl.DataFrame(rows, schema=["params", "tokens", "seed", "loss"], orient="row")


WORLD = World(
    name="sharma",
    entry="W03",
    about="A smooth function on a d-dimensional manifold, learned in pieces: exponent 4/d.",
    source="sharma2020",
    settings=(
        Setting("dimension", 4, 2, 8, "intrinsic dimension of the manifold", whole=True),
        Setting("order", 1, 0, 1, "1 for linear pieces, 0 for constant ones", whole=True),
    ),
    known=_known,
    make=_make,
    exponents=(
        Exponent(
            "size",
            "shifted_power",
            "alpha",
            0.05,
            "assumption: the catalogue states none for W03; that of W01 and W04 is taken",
            axes={"x": "params"},
            fixed={"E": 0.0},
        ),
    ),
    conventions=Conventions(params="total"),
    scope=(
        "The loss is a mean square, not nats; data and training are without limit.",
        "4/d is a lower bound for networks: a target of simpler structure is learned faster.",
    ),
)
