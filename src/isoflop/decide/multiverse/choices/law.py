"""Which form the loss is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from isoflop.core.errors import FitError
from isoflop.decide.multiverse.choice import Choice, Option
from isoflop.decide.multiverse.universe import Universe
from isoflop.fit.engine import solve
from isoflop.fit.fit_law import build_problem
from isoflop.fit.objective import Objective
from isoflop.laws.catalogue import all_laws, family_of
from isoflop.laws.law import Law

SAME = 1e-6  # relative difference of objectives that makes two forms one
ROWS_PER_PARAMETER = 3.0  # assumption: with fewer a form is not a defensible choice


def options(universe: Universe) -> Sequence[Option]:
    """Every law of the family in N and D alone that the rows can carry, the usual one first."""
    known = [
        law
        for law in all_laws()
        if family_of(law) == "loss"
        and law.target == universe.law.target
        and set(law.inputs) == {"N", "D"}
        and len(universe.runs) >= ROWS_PER_PARAMETER * len(law.parameters)
    ]
    ordered = sorted(known, key=lambda law: (law.name != universe.law.name, law.name))
    return [Option(law.name, partial(_with, law)) for law in _distinct(ordered, universe)]


def _distinct(laws: Sequence[Law], universe: Universe) -> list[Law]:
    """Laws without those that are another one in other letters: they would count twice."""
    found: list[Law] = []
    lowest: list[float] = []
    for law in laws:
        try:
            problem = build_problem(universe.runs, law, universe.axes, None, Objective(), {})
        except FitError:
            found.append(law)  # its universes will say why they fail
            continue
        rng = np.random.default_rng(0)
        value = solve(problem, np.ones(problem.n_runs), rng).objective
        if not any(abs(value - other) <= SAME * abs(other) for other in lowest):
            found.append(law)
            lowest.append(value)
    return found


def _with(law: Law, universe: Universe) -> Universe:
    return replace(universe, law=law)


CHOICE = Choice("law", "the form of the loss", 6, options)
