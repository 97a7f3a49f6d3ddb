"""Random inputs and parameters at which a law is checked, the same on every call."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.law import Law
from isoflop.laws.structure import drawn

CENTRAL = 0.8  # share of each bound range that draws come from: its very ends are not physics
MODERATE = (1e-9, 1e12)  # magnitudes of the target that a draw must give, to be worth checking
N_RUNS, N_SETS, N_TRIES = 7, 12, 6000
EXTREMES = np.errstate(over="ignore", divide="ignore", invalid="ignore")  # draws may reach them


@dataclass(frozen=True)
class Draws:
    """Inputs in the order of the law, (n_runs,) each, and parameter sets (n_sets, n_params)."""

    inputs: list[FloatArray]
    sets: FloatArray


@cache
@EXTREMES
def draws(law: Law) -> Draws:
    """Random sets within the bounds where the formula is finite, then the published ones."""
    rng = np.random.default_rng(0)
    inputs = [drawn(law.axis(symbol), rng, N_RUNS) for symbol in law.inputs]
    share = 0.5 + CENTRAL * (rng.uniform(size=(N_TRIES, len(law.parameters))) - 0.5)
    sets = np.empty_like(share)
    for i, parameter in enumerate(law.parameters):
        ends = np.array([parameter.low, parameter.high])
        ends = np.log(ends) if parameter.is_scale else ends
        column = ends[0] + (ends[1] - ends[0]) * share[:, i]
        sets[:, i] = np.exp(column) if parameter.is_scale else column
    size = np.abs(law.evaluate(inputs, sets))
    moderate = ((size > MODERATE[0]) & (size < MODERATE[1])).all(axis=1)
    sets = sets[moderate]
    smooth = np.isfinite(law.gradient(inputs, sets)).all(axis=(0, 2))
    assert smooth.any(), f"{law.name}: no parameters within the bounds give a finite {law.target}."
    return Draws(inputs, np.concatenate([sets[smooth][:N_SETS], _published_sets(law)]))


def _published_sets(law: Law) -> FloatArray:
    rows = [[p.values[name] for name in law.parameter_names] for p in law.published]
    return np.array(rows, dtype=float).reshape(-1, len(law.parameters))
