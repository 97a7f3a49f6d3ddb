"""Surge and time transfer are recovered from tables of best rates; lines are told apart."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.errors import FitError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.fit.critical.method import Study
from isoflop.fit.critical_batch import critical_methods
from isoflop.fit.critical_fit import fit_critical
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective
from isoflop.fit.rate_by_batch import compare_rate_forms
from isoflop.laws.catalogue import get_law

BATCHES = np.geomspace(3e4, 3e7, 7)


def table(**columns):
    frame = pl.DataFrame(columns).with_row_index("row", offset=1)
    return Runs(frame, Conventions(), Provenance("rates.csv", "0"))


def test_a_surge_is_recovered_and_preferred():
    noise = 0.03 * np.random.default_rng(0).normal(size=7)
    lr = get_law("surge").predict({"B": BATCHES}, {"lr_max": 2e-3, "B_n": 1e6}) * np.exp(noise)
    found = compare_rate_forms(BATCHES, lr)
    assert found.best == "surge"
    assert found.peak == pytest.approx(1e6, rel=0.15)
    assert found.lr_max == pytest.approx(2e-3, rel=0.05)


@pytest.mark.parametrize(("slope", "name"), [(0.5, "sqrt_rule"), (1.0, "linear_rule")])
def test_a_straight_line_is_preferred_where_there_is_one(slope, name):
    noise = 0.03 * np.random.default_rng(1).normal(size=7)
    assert compare_rate_forms(BATCHES, 1e-7 * BATCHES**slope * np.exp(noise)).best == name


def test_few_batches_are_refused():
    with pytest.raises(FitError) as caught:
        compare_rate_forms(BATCHES[:4], BATCHES[:4])
    assert caught.value.code == "E530"


def test_the_surge_law_is_fitted_by_the_engine_to_the_same_peak():
    noise = 0.03 * np.random.default_rng(0).normal(size=7)
    lr = get_law("surge").predict({"B": BATCHES}, {"lr_max": 2e-3, "B_n": 1e6}) * np.exp(noise)
    fit = fit_law(
        table(batch_tokens=BATCHES, lr=lr), "surge", objective=Objective("squared_log"), resamples=0
    )
    found = compare_rate_forms(BATCHES, lr)
    assert fit.values["B_n"] == pytest.approx(found.peak, rel=1e-5)
    assert fit.values["lr_max"] == pytest.approx(found.lr_max, rel=1e-5)


def test_time_transfer_is_recovered_from_three_horizons_and_three_batches():
    B, D = (grid.ravel() for grid in np.meshgrid([1e5, 5e5, 2.5e6], [2e9, 2e10, 2e11]))
    truth = {"lr_max": 3e-3, "c": 20.0, "q": 0.45}
    noise = 0.02 * np.random.default_rng(0).normal(size=9)
    lr = get_law("time_transfer").predict({"B": B, "D": D}, truth) * np.exp(noise)
    fit = fit_law(table(batch_tokens=B, tokens=D, lr=lr), "time_transfer", resamples=0)
    assert fit.values["q"] == pytest.approx(0.45, abs=0.06)
    assert fit.values["lr_max"] == pytest.approx(3e-3, rel=0.05)


def test_the_hyperbola_law_gives_what_the_estimator_gives():
    noise = 0.02 * np.random.default_rng(0).normal(size=7)
    steps = 2e3 * (1.0 + 8e5 / BATCHES) * np.exp(noise)
    runs = table(batch_tokens=BATCHES, steps=steps)
    fit = fit_law(runs, "hyperbola", objective=Objective("squared_log"), resamples=0)
    found = fit_critical(critical_methods()["hyperbola"], Study(BATCHES, steps, BATCHES[0]))
    assert fit.values["B_crit"] == pytest.approx(found.value, rel=1e-5)
    assert fit.values["S_min"] == pytest.approx(found.steps_min, rel=1e-5)
