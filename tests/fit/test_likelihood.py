"""The Huber likelihood is a density with a maximum; a run that decides the plan is named."""

import numpy as np
import pytest

from isoflop.fit.fit_law import fit_law
from isoflop.fit.likelihood import best_scale, fit_likelihood, log_likelihood
from isoflop.laws.catalogue import get_law
from isoflop.measure.worlds import additive


@pytest.mark.parametrize("delta", [1e-3, 0.5, 2.0])
def test_density_integrates_to_one(delta):
    from scipy.integrate import quad

    def density(r):
        return np.exp(log_likelihood(np.array([r]), 0.7, delta))

    half, _ = quad(density, 0.0, 60.0 / delta, limit=500, points=[0.7 * delta, 1.0, 10.0])
    assert 2 * half == pytest.approx(1.0, abs=1e-6)


def test_wide_delta_gives_the_standard_deviation():
    residual = np.random.default_rng(0).normal(0.0, 0.02, 500)
    assert best_scale(residual, 50.0) == pytest.approx(np.sqrt(np.mean(residual**2)), rel=1e-6)


@pytest.mark.parametrize("name", ["E", "A", "alpha", "B", "beta"])
@pytest.mark.parametrize("factor", [0.999, 1.001])
def test_no_direction_is_better(name, factor):
    runs = additive.simulate(1)
    found = fit_likelihood(runs, "chinchilla", delta=0.5)
    moved = found.values | {name: found.values[name] * factor}
    forecast = get_law("chinchilla").predict({"N": runs.values("N"), "D": runs.values("D")}, moved)
    residual = np.log(forecast) - np.log(runs.values("loss"))
    assert log_likelihood(residual, found.scale, 0.5) <= found.log_likelihood + 1e-9


def test_one_pulling_run_is_named_as_influential():
    import polars as pl

    table = (
        additive.simulate(0)
        .table.drop("row")
        .with_columns(
            loss=pl.when(pl.int_range(pl.len()) == 55).then(pl.col("loss") * 1.05).otherwise("loss")
        )
    )
    from isoflop.fit.objective import Objective
    from isoflop.measure.read_runs import read_runs

    runs = read_runs(table, params="total", loss_unit="nat/token")
    fit = fit_law(runs, "chinchilla", objective=Objective("squared_log"), resamples=0)
    named = [finding.text for finding in fit.warnings if finding.code == "W311"]
    assert named
    assert "row 56 (-22%)" in named[0]  # exp(-0.2489) - 1, by refitting without the run
