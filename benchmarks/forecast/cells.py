"""One law on one table at one threshold: fitted once, kept as numbers in a folder.

A cell is named by all it rests on (rows, law, threshold, settings and the code of the engine), so a
run that was interrupted goes on where it stopped, and changed code is never scored by old numbers.
What is cheap is not kept: intervals, stacks and scores are made from the cells each time.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

from benchmarks.forecast.tables import Case
from isoflop.core.errors import IsoflopError
from isoflop.core.files import write_atomic
from isoflop.fit import engine, fit_law, newton, objective, problem, projection, resample, starts
from isoflop.fit.fit_law import bound_to, default_objective
from isoflop.laws.catalogue import get_law
from isoflop.validate import looks, plan, told
from isoflop.validate.forecasting import Cut, cut_at, learn
from isoflop.validate.looks import Look
from isoflop.validate.plan import Plan
from isoflop.validate.split import get_split
from isoflop.validate.told import Told

RESAMPLES = 60  # of each fit; doubt is a standard deviation, which that many give to a tenth
LEVELS = (0.5, 0.8, 0.9, 0.95)
ENGINE: tuple[ModuleType, ...] = (
    engine,
    fit_law,
    newton,
    objective,
    problem,
    projection,
    resample,
    starts,
    looks,
    plan,
    told,
)


@dataclass(frozen=True, eq=False)
class Cell:
    """What one fit says of the held-out runs, and how it looked back.

    Attributes
    ----------
    reason : why there is no fit; everything else is empty then
    """

    law: str
    told: Told
    looks: tuple[Look, ...]
    reason: str | None = None


def plan_of(case: Case, law: str) -> Plan:
    """The settings of every cell of a case."""
    bound = bound_to(get_law(law), case.runs)
    return Plan(
        laws=(bound,),
        split=get_split(case.split),
        levels=LEVELS,
        objective=default_objective(bound),
        resamples=RESAMPLES,
        seed=0,
        axes=case.axes,
        target="loss",
        cluster=None,
    )


def cell(case: Case, law: str, threshold: float, folder: Path) -> tuple[Cell, bool]:
    """The cell, and whether it had to be computed."""
    path = folder / f"{_key(case, law, threshold)}.json"
    if path.is_file():
        return _read(json.loads(path.read_text(encoding="utf-8"))), False
    settings = plan_of(case, law)
    found = _computed(settings, cut_at(settings, case.runs, threshold), law)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(path, json.dumps(_document(found)))
    return found, True


def _computed(settings: Plan, cut: Cut, law: str) -> Cell:
    try:
        learnt = learn(settings, settings.laws[0], cut)
    except IsoflopError as error:
        return Cell(law, Told(np.empty(0), np.empty(0), 0.0), (), error.what)
    return Cell(law, learnt.told, learnt.looks)


def _key(case: Case, law: str, threshold: float) -> str:
    parts = [
        case.name,
        case.runs.digest,
        repr((case.split, dict(case.axes), law, threshold, RESAMPLES)),
        inspect.getsource(inspect.getmodule(get_law(law).formula) or engine),
        *(inspect.getsource(module) for module in ENGINE),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _document(found: Cell) -> dict[str, object]:
    return {
        "law": found.law,
        "reason": found.reason,
        "log_value": found.told.log_value.tolist(),
        "doubt": found.told.doubt.tolist(),
        "noise": found.told.noise,
        "looks": [
            {
                "cut": look.cut,
                "rows": look.rows.tolist(),
                "error": look.error.tolist(),
                "reach": look.reach.tolist(),
                "n_below": look.n_below,
            }
            for look in found.looks
        ],
    }


def _read(kept: Mapping[str, object]) -> Cell:
    said = Told(np.array(kept["log_value"]), np.array(kept["doubt"]), float(str(kept["noise"])))
    looks_back = tuple(
        Look(
            item["cut"],
            np.array(item["rows"], dtype=np.int64),
            np.array(item["error"]),
            np.array(item["reach"]),
            item["n_below"],
        )
        for item in kept["looks"]  # type: ignore[attr-defined]
    )
    reason = kept["reason"]
    return Cell(str(kept["law"]), said, looks_back, None if reason is None else str(reason))
