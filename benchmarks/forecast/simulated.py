"""Simulated studies: worlds whose law is known, run with seed noise, their largest runs withheld.

Eight worlds (W01 to W07 and the additive law) in turn; each study draws the world's main exponent
and its own noise. What is scored is the stack of the laws that apply, as on real tables.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.forecast.board import stack_forecast
from benchmarks.forecast.cells import cell, plan_of
from benchmarks.forecast.tables import Case
from isoflop.core.conventions import Conventions
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.measure import noise_model
from isoflop.measure.world import get_world
from isoflop.validate.forecasting import cut_at
from isoflop.validate.score import Forecast

CURVE = ("m2", "shifted_power")
JOINT = ("chinchilla", "skaling")
SHARE = 0.7  # assumption: the lowest 70% of the distinct scales are learnt from


@dataclass(frozen=True)
class Study:
    """How one world is turned into a table.

    Attributes
    ----------
    turned : {setting: (low, high)}, drawn anew in each study
    family : of the world's runs; None takes all
    split : what is held out; laws of one axis read its column
    """

    world: str
    split: str
    laws: tuple[str, ...]
    turned: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    family: str | None = None
    conditions: tuple[str, ...] = ()


STUDIES = (
    Study("additive", "compute", JOINT, {"alpha": (0.25, 0.45), "beta": (0.25, 0.45)}),
    Study("bordelon", "compute", JOINT, {"a": (1.5, 2.0)}, "joint"),
    Study("maloney", "size", CURVE, {"alpha": (0.7, 1.3)}, "size"),
    Study("sharma", "size", CURVE),
    Study("bahri", "size", CURVE, {"alpha": (0.35, 0.8)}, "resolution_size"),
    Study("lottery", "size", CURVE, {"bias": (0.02, 0.2)}),
    Study("quanta", "compute", JOINT, {"alpha": (0.3, 0.8)}, "joint"),
    Study("nqm", "tokens", CURVE, {"start": (0.3, 0.9)}, "noiseless", ("step>=30",)),
)
COLUMN = {"size": "params", "tokens": "tokens"}


def studies(
    number: int, folder: Path, progress: Callable[[str, int, int], None]
) -> list[tuple[str, Forecast]]:
    """(world, forecast) of every study; finished ones are read from the folder."""
    found = []
    for seed in range(number):
        found.append(forecast_study(seed, folder))
        progress(f"world {found[-1][0]}", seed + 1, number)
    return found


def forecast_study(seed: int, folder: Path) -> tuple[str, Forecast]:
    """(world, forecast) of one study."""
    study = STUDIES[seed % len(STUDIES)]
    return study.world, _forecast(study, seed, folder)


def _forecast(study: Study, seed: int, folder: Path) -> Forecast:
    case = case_of(study, seed, folder)
    cells = {law: cell(case, law, case.cuts[0], folder)[0] for law in case.laws}
    fitted = {law: found for law, found in cells.items() if found.reason is None}
    cut = cut_at(plan_of(case, case.laws[0]), case.runs, case.cuts[0])
    return stack_forecast(case, cut, fitted)


def case_of(study: Study, seed: int, folder: Path) -> Case:
    """The study's table, kept as it takes seconds to simulate."""
    code = inspect.getsource(inspect.getmodule(get_world(study.world).make) or noise_model)
    key = hashlib.sha256(f"{study!r}{seed}{code}".encode()).hexdigest()[:24]
    path = folder / f"world-{key}.parquet"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        simulated_runs(study, seed).table.write_parquet(path)
    source = f"simulated world '{study.world}', seed {seed}"
    runs = Runs(pl.read_parquet(path), Conventions(), Provenance(source, key))
    split = study.split
    axes = {} if split == "compute" else {"x": COLUMN[split]}
    plan = Case("", "", "", runs, split, study.laws, (), axes)
    values = plan_of(plan, study.laws[0]).split.values(runs)
    cut = float(np.quantile(np.unique(values), SHARE, method="lower"))
    name = f"{study.world} {seed}"
    return Case(name, study.world, "worlds", runs, split, study.laws, (cut,), axes)


def simulated_runs(study: Study, seed: int) -> Runs:
    """The runs of one study, with seed noise on their losses."""
    rng = np.random.default_rng([seed, 2024])
    turned = {name: float(rng.uniform(*span)) for name, span in study.turned.items()}
    world = get_world(study.world)
    if world.per == "step":
        curves = world.curves(seed, **turned)
        runs = Runs(curves.table, curves.conventions, curves.provenance)
    else:
        runs = world.simulate(seed, **turned)
    wanted = (*study.conditions, *([f"family={study.family}"] if study.family else ()))
    runs = runs.select(*wanted) if wanted else runs
    if study.world == "additive":  # which has seed noise of its own
        return runs
    return noise_model.with_noise(runs, "seed", seed)
