"""W05: a network as an ensemble of independent sub-networks (tickets) whose errors average out."""

from __future__ import annotations

import numpy as np
import polars as pl

from isoflop.core.conventions import Conventions
from isoflop.measure.setting import Setting
from isoflop.measure.world import PLENTY, UNIT, Exponent, Values, World

TICKETS = tuple(2**k for k in range(11))  # catalogue W05: K = 1 to 1024


def _known(v: Values) -> dict[str, float]:
    # A sum of K stable errors of index 1/h grows as K^h, so its mean, squared, as K^(2h - 2).
    return {"size": min(1.0, 2.0 - 2.0 * v["heaviness"])}


def ensemble_loss(tickets: int, v: Values, rng: np.random.Generator) -> float:
    """Mean square over test points of the tickets' mean error, plus the bias they share."""
    shape = (int(v["points"]), tickets)
    heavy = v["heaviness"]
    errors = rng.standard_t(1.0 / heavy, shape) if heavy > 0.0 else rng.standard_normal(shape)
    return v["bias"] ** 2 + v["sigma"] ** 2 * float(np.mean(errors.mean(axis=1) ** 2))


def _make(v: Values, rng: np.random.Generator) -> pl.DataFrame:
    rows = [
        (UNIT * tickets, PLENTY, float(draw), ensemble_loss(tickets, v, rng))
        for tickets in TICKETS
        for draw in range(int(v["draws"]))
    ]
    return pl.DataFrame(rows, schema=["params", "tokens", "seed", "loss"], orient="row")


WORLD = World(
    name="lottery",
    entry="W05",
    about="An ensemble of tickets: the loss falls as 1/tickets to the bias they share.",
    source="liu2023",
    settings=(
        Setting("sigma", 1.0, 1e-6, 1e6, "scale of one ticket's error"),
        Setting("bias", 0.05, 0.0, 1e6, "error that all tickets share"),
        Setting("heaviness", 0.0, 0.0, 0.9, "1 / degrees of freedom of the errors; 0: Gaussian"),
        Setting("points", 1000, 10, 100_000, "test points", whole=True),
        Setting("draws", 8, 1, 64, "runs of each size", whole=True),
    ),
    known=_known,
    make=_make,
    exponents=(
        Exponent(
            "size",
            "m2",
            "c",
            0.02,
            "catalogue W05: 0.02 for Gaussian tickets, 1 to 1024 of them",
            axes={"x": "params"},
        ),
    ),
    conventions=Conventions(params="total"),
    scope=(
        "The loss is a mean square, not nats; 1000 parameters a ticket, as in two-layer networks.",
        "From heaviness 0.5 the variance is infinite: the exponent is that of typical losses, and "
        "the tolerance does not hold.",
    ),
)
