"""What the fit minimises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from isoflop.decide.multiverse.choice import Choice, Option
from isoflop.decide.multiverse.universe import Universe
from isoflop.fit.objective import Objective

WIDE_DELTA = 1e-2  # near the seed noise of small runs (M05), so that healthy runs count squared

OBJECTIVES = {
    "Huber of logs, delta 0.001": Objective("huber_log"),
    "Huber of logs, delta 0.01": Objective("huber_log", WIDE_DELTA),
    "squares of logs": Objective("squared_log"),
    "squares": Objective("squared"),
}


def options(universe: Universe) -> Sequence[Option]:
    return [Option(name, partial(_with, objective)) for name, objective in OBJECTIVES.items()]


def _with(objective: Objective, universe: Universe) -> Universe:
    return replace(universe, objective=objective)


CHOICE = Choice("objective", "what the fit minimises (besiroglu2024, misfitting2025)", 5, options)
