"""The 240 and 245 digitised Chinchilla runs: optima of L14, to their digits."""

import numpy as np
import pytest

from isoflop.core.runs import Runs
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective
from isoflop.measure.read_runs import read_runs


@pytest.fixture(scope="module")
def all_runs(data_dir) -> Runs:
    path = data_dir / "chinchilla-digitised" / "runs.csv"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return read_runs(path, params="total")


@pytest.fixture(scope="module")
def runs(all_runs) -> Runs:
    return all_runs.select("outlier_dropped_by_besiroglu=0")


@pytest.fixture(scope="module")
def robust(runs):
    return fit_law(runs, "chinchilla", resamples=4000, n_random=300, seed=0)


def test_named_rule_leaves_out_the_five_highest_losses(data_dir, runs):
    path = data_dir / "chinchilla-digitised" / "runs.csv"
    dropped = read_runs(path, params="total", drop=("highest_loss=5",))
    assert len(dropped) == 240
    assert sorted(dropped.rows) == sorted(runs.rows)
    assert len(dropped.provenance.exclusions) == 5


def test_huber_objective_reaches_the_published_minimum(robust):
    assert robust.objective_value == pytest.approx(1.0182740e-3, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "value", "rel"),
    [
        ("E", 1.81722, 5e-6),
        ("A", 477.83, 5e-5),
        ("B", 2143.4, 5e-5),
        ("alpha", 0.347310, 5e-6),
        ("beta", 0.367172, 5e-6),
    ],
)
def test_huber_parameters_agree_to_all_printed_digits(robust, name, value, rel):
    assert robust.values[name] == pytest.approx(value, rel=rel)


def test_every_one_of_300_random_starts_ends_at_the_optimum(robust):
    assert robust.tried >= 300
    assert robust.agree == robust.tried


@pytest.mark.parametrize(("name", "published"), [("A", 124.58), ("B", 1293.23)])
def test_bootstrap_standard_errors_match_besiroglu(robust, name, published):
    index = robust.law.parameter_names.index(name)
    assert np.std(robust.draws[:, index]) == pytest.approx(published, rel=0.15)


@pytest.mark.parametrize(
    ("name", "interval"),
    [("E", (1.769, 1.871)), ("alpha", (0.317, 0.373)), ("beta", (0.331, 0.415))],
)
def test_bootstrap_interval_widths_match_besiroglu(robust, name, interval):
    # The printed standard errors of these three carry one digit; their 95% intervals carry three.
    index = robust.law.parameter_names.index(name)
    low, high = np.percentile(robust.draws[:, index], [2.5, 97.5])
    assert high - low == pytest.approx(interval[1] - interval[0], rel=0.15)


@pytest.mark.parametrize(
    ("name", "value"),
    [("E", 1.88281), ("A", 567.81), ("B", 7581.9), ("alpha", 0.357615), ("beta", 0.427621)],
)
def test_squared_error_in_levels_agrees_to_four_digits(runs, name, value):
    fit = fit_law(runs, "chinchilla", objective=Objective("squared"), resamples=0)
    assert fit.values[name] == pytest.approx(value, rel=5e-5)


@pytest.mark.parametrize(
    ("name", "value"), [("A", 495.7), ("B", 12845.0), ("E", 1.8913), ("alpha", 0.34931)]
)
def test_all_245_points_give_the_outlier_ridden_optimum(all_runs, name, value):
    fit = fit_law(all_runs, "chinchilla", resamples=0)
    assert fit.values[name] == pytest.approx(value, rel=1e-3)
    assert fit.objective_value == pytest.approx(1.826011e-3, rel=1e-6)


@pytest.mark.parametrize("row", [1, 2, 3, 4, 5])
def test_diagnosis_names_the_five_sick_runs(all_runs, row):
    fit = fit_law(all_runs, "chinchilla", resamples=0)
    starved = next(finding.text for finding in fit.warnings if finding.code == "W309")
    assert f"row {row} (" in starved
    assert starved.startswith("5 of 245")
