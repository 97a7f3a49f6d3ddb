"""W07: stochastic gradient descent on a noisy quadratic bowl, step by step and exactly.

Every curve is the mean over gradient noise (closed recursion of second moments), so the world is
deterministic. Families: ``noiseless`` (one long run), ``batch`` (batches at one learning rate),
``grid`` (batch x learning rate, constant) and ``schedule`` (constant, cosine, stable-then-decay).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from isoflop.core.arrays import FloatArray
from isoflop.measure.quadratic import Bowl, evolve, spectrum_of_bowl
from isoflop.measure.setting import Setting
from isoflop.measure.world import PLENTY, Exponent, Values, World, impossible

STEPS = 4096
LOGGED = np.unique(np.round(np.geomspace(1, STEPS, 60)).astype(np.int64))
BATCHES = 2.0 ** np.arange(8, 19, 2)
RATES = 0.9 / 2.0 ** np.arange(7)  # shares of the largest stable rate
SHARE = 0.225  # of the largest stable rate, for the families with one rate
SCHEDULE_BATCH = 1024.0
DECAY = 0.2  # share of the steps, haegele2024: 10-20%


@dataclass(frozen=True)
class Plan:
    """One run: what it is called and how it is trained."""

    family: str
    schedule: str
    share: float
    batch: float

    @property
    def run_id(self) -> str:
        """Unique among the plans of this world."""
        return f"{self.family}-{self.schedule}-{self.share:g}-{self.batch:g}"


def schedule_shape(name: str, steps: int) -> FloatArray:
    """Learning rate as a share of its peak at each step, (steps,)."""
    done = np.arange(steps) / steps
    if name == "cosine":
        return np.asarray(0.5 * (1.0 + np.cos(np.pi * done)))
    if name == "wsd":
        return np.minimum(1.0, (1.0 - done) / DECAY)
    return np.ones(steps)


def plans() -> list[Plan]:
    """Every run of the world."""
    grid = [Plan("grid", "constant", share, batch) for batch in BATCHES for share in RATES]
    batches = [Plan("batch", "constant", SHARE, batch) for batch in BATCHES]
    schedules = [
        Plan("schedule", name, SHARE, SCHEDULE_BATCH) for name in ("constant", "cosine", "wsd")
    ]
    return [Plan("noiseless", "constant", SHARE, PLENTY), *batches, *grid, *schedules]


def bowl_of(v: Values) -> Bowl:
    """The bowl these settings describe."""
    return spectrum_of_bowl(
        dimensions=int(v["dimensions"]),
        curvature=v["curvature"],
        start=v["start"],
        power=v["preconditioner"],
    )


def _make(v: Values, rng: np.random.Generator) -> pl.DataFrame:
    bowl, runs = bowl_of(v), plans()
    largest = bowl.largest_rate(v["momentum"])
    peaks = np.array([run.share for run in runs]) * largest
    shapes = np.stack([schedule_shape(run.schedule, STEPS) for run in runs], axis=1)
    noise = v["noise"] / np.array([run.batch for run in runs])
    losses = evolve(
        bowl, shapes * peaks, noise, logged=LOGGED, momentum=v["momentum"], averaging=v["averaging"]
    )
    tables = [
        pl.DataFrame(
            {
                "run_id": run.run_id,
                "family": run.family,
                "schedule": run.schedule,
                "lr": peak,
                "batch_tokens": run.batch,
                "steps": float(STEPS),
                "step": LOGGED.astype(np.float64),
                "tokens": run.batch * LOGGED,
                "loss": v["floor"] + column,
            }
        )
        for run, peak, column in zip(runs, peaks, losses.T, strict=True)
    ]
    return pl.concat(tables)


def _known(v: Values) -> dict[str, float]:
    excess = v["curvature"] + v["start"] - 1.0
    if excess <= 0.0:
        raise impossible(
            "nqm",
            f"With curvature {v['curvature']:g} and start {v['start']:g} the loss is no power law.",
            "choose curvature + start above 1.",
        )
    return {"time": excess / (v["curvature"] * (1.0 - v["preconditioner"])), "batch": 1.0}


WORLD = World(
    name="nqm",
    entry="W07",
    about="SGD on a noisy quadratic bowl: critical batch, learning-rate decay, exact curves.",
    source="nqm2019",
    settings=(
        Setting("curvature", 1.0, 0.5, 3.0, "curvature along axis i is i^-curvature"),
        Setting("start", 0.5, 0.0, 3.0, "squared distance at the start is i^-start"),
        Setting("noise", 64.0, 0.0, 1e6, "gradient noise of one example, in units of curvature"),
        Setting("dimensions", 1e9, 100, 1e15, "axes of the bowl", whole=True),
        Setting("momentum", 0.0, 0.0, 0.99, "of heavy-ball SGD"),
        Setting("preconditioner", 0.0, 0.0, 0.9, "power p: updates are scaled by curvature^-p"),
        Setting("floor", 0.0, 0.0, 100.0, "loss that no training removes"),
        Setting("averaging", 0.0, 0.0, 0.999, "decay of the average of weights that is evaluated"),
    ),
    known=_known,
    make=_make,
    exponents=(
        Exponent(
            "time",
            "shifted_power",
            "alpha",
            0.05,
            "assumption: the catalogue states none for W07; that of W01 is taken",
            where=("family=noiseless", "step>=30"),
            axes={"x": "step"},
            fixed={"E": 0.0},
            every_step=True,
        ),
        Exponent(
            "batch",
            "m2",
            "c",
            0.02,
            "assumption: the noise's share of the loss is exactly proportional to 1/batch",
            where=("family=batch",),
            axes={"x": "batch_tokens"},
        ),
    ),
    per="step",
    scope=(
        "A floor above 0 bends the pure power law in time: fit a law that has it.",
        "The loss is a quadratic, not nats; a batch counts examples.",
        "Few dimensions end the power law in time: exp(-2 lr step curvature) of the last axis.",
        "Momentum or averaging above 0.9 lag: the time exponent appears only after more steps.",
    ),
)
