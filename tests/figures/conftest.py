"""Runs whose truth we made: a Chinchilla law with a little noise at six budgets."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.provenance import Exclusion, Provenance
from isoflop.core.runs import ROW, Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.show.figure import Subject

HOSTILE = "<script>alert('x')</script>$x$"


@pytest.fixture(scope="session")
def runs() -> Runs:
    budgets = np.repeat(np.geomspace(1e18, 3e20, 6), 7)
    size = np.sqrt(budgets / 120) * np.tile(np.geomspace(0.2, 5, 7), 6)
    tokens = budgets / (6 * size)
    noise = np.exp(np.random.default_rng(1).normal(0, 0.002, len(size)))
    loss = (1.8 + 480 * size**-0.35 + 2000 * tokens**-0.37) * noise
    columns = {"params": size, "tokens": tokens, "flops": budgets, "loss": loss}
    table = pl.DataFrame(columns | {ROW: np.arange(1, len(size) + 1)})
    excluded = (Exclusion(99, HOSTILE, "rule", "W301", f"bad {HOSTILE}"),)
    history = Provenance(HOSTILE, "0" * 64, {"loss": HOSTILE}, (HOSTILE,), excluded)
    return Runs(table, Conventions("total", "6ND", "nat/token"), history)


@pytest.fixture(scope="session")
def fit(runs: Runs) -> Fit:
    return fit_law(runs, "chinchilla", resamples=40, seed=0)


@pytest.fixture(scope="session")
def subject(runs: Runs, fit: Fit) -> Subject:
    return Subject(fit, runs, reach=8.0, budget=3e21)
