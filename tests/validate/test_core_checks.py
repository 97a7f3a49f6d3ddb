"""Tests of a fit's footing: compute alone, miscounted sizes, subsets of rows, families left out."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.errors import DataError, UsageError
from isoflop.core.runs import Runs
from isoflop.laws.catalogue import get_law, get_published
from isoflop.measure.read_runs import read_runs
from isoflop.validate.compute_alone import compute_alone
from isoflop.validate.leave_out import leave_one_out
from isoflop.validate.miscounted import Miscount, miscounted
from isoflop.validate.subset_band import subset_band

TRUTH = get_published("chinchilla@besiroglu2024")[1].values
FACTOR, SHIFT, STRETCH = Miscount("times", 2.0), Miscount("plus", 2e7), Miscount("power", 0.8)


def load(columns: dict[str, object]) -> Runs:
    return read_runs(pl.DataFrame(columns), params="total", loss_unit="nat/token")


def runs_around_the_optimum(factor: float, seed: int) -> Runs:
    """Forty runs over two decades of compute, each off the best size by up to a factor."""
    rng = np.random.default_rng(seed)
    C = np.exp(rng.uniform(np.log(1e20), np.log(1e22), 40))
    law = get_law("chinchilla")
    assert law.optimum is not None
    best = law.optimum({name: np.asarray(v) for name, v in TRUTH.items()}, C, 6.0)["N"]
    N = best * np.exp(rng.uniform(-np.log(factor), np.log(factor), 40))
    D = C / (6.0 * N)
    loss = law.predict({"N": N, "D": D}, TRUTH) * np.exp(rng.normal(0.0, 0.01, 40))
    return load({"params": N, "tokens": D, "flops": C, "loss": loss})


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_only_compute_is_seen_near_the_best_split(seed: int) -> None:
    assert not compute_alone(runs_around_the_optimum(4.0, seed)).is_significant


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_split_is_seen_far_beyond_the_best_on_one_side(seed: int) -> None:
    # Over-trained by 30 to 900 times: a slope, where both sides together would be a parabola.
    rng = np.random.default_rng(seed)
    C = np.exp(rng.uniform(np.log(1e20), np.log(1e22), 40))
    law = get_law("chinchilla")
    assert law.optimum is not None
    best = law.optimum({name: np.asarray(v) for name, v in TRUTH.items()}, C, 6.0)["N"]
    N = best / np.exp(rng.uniform(0.5 * np.log(30.0), 0.5 * np.log(900.0), 40))
    D = C / (6.0 * N)
    loss = law.predict({"N": N, "D": D}, TRUTH) * np.exp(rng.normal(0.0, 0.01, 40))
    found = compute_alone(load({"params": N, "tokens": D, "flops": C, "loss": loss}))
    assert found.is_significant
    assert found.split > 0.0
    assert found.split_helps


def test_nested_test_is_that_of_a_regression() -> None:
    from scipy.stats import linregress

    runs = runs_around_the_optimum(4.0, 3)
    found = compute_alone(runs)
    line = linregress(np.log10(runs.values("C")), runs.values("loss"))
    assert (found.slope, found.level) == pytest.approx((line.slope, line.intercept), rel=1e-9)
    # Frisch and Waugh: the split's slope is that of the residuals on the residuals.
    other = np.log(runs.values("D") / runs.values("N"))
    rest = linregress(np.log10(runs.values("C")), other)
    left = other - rest.intercept - rest.slope * np.log10(runs.values("C"))
    missed = runs.values("loss") - line.intercept - line.slope * np.log10(runs.values("C"))
    assert found.split == pytest.approx(float(left @ missed / (left @ left)), rel=1e-9)


def test_one_ratio_cannot_tell_compute_from_its_split() -> None:
    N = np.geomspace(1e7, 1e9, 8)
    with pytest.raises(DataError, match="E523"):
        compute_alone(load({"params": N, "tokens": 20.0 * N, "loss": 3.0 * N**-0.05}))


@pytest.fixture(scope="module")
def chinchilla_runs(data_dir) -> Runs:
    path = data_dir / "chinchilla-digitised" / "runs.csv"
    return read_runs(path, params="total", where=("outlier_dropped_by_besiroglu=0",))


@pytest.fixture(scope="module")
def panel(chinchilla_runs):
    return miscounted(chinchilla_runs, 5.76e23, ways=(FACTOR, SHIFT, STRETCH))


def row(panel, kind: str) -> dict[str, float]:
    return panel.rows.filter(kind=kind).row(0, named=True)


def test_a_factor_in_size_leaves_alpha_and_moves_the_price_by_its_power(panel) -> None:
    nominal, doubled = row(panel, "none"), row(panel, "times")
    assert doubled["alpha"] == pytest.approx(nominal["alpha"], rel=1e-6)
    assert doubled["A"] / nominal["A"] == pytest.approx(2.0 ** nominal["alpha"], rel=1e-5)
    assert doubled["E"] == pytest.approx(nominal["E"], rel=1e-6)


def test_stretched_sizes_divide_alpha_by_the_stretch(panel) -> None:
    nominal, stretched = row(panel, "none"), row(panel, "power")
    assert stretched["alpha"] == pytest.approx(nominal["alpha"] / 0.8, rel=1e-4)


def test_forgotten_embeddings_bend_alpha_and_raise_the_floor(panel) -> None:
    nominal, shifted = row(panel, "none"), row(panel, "plus")
    assert shifted["alpha"] > 1.02 * nominal["alpha"]
    assert shifted["E"] > nominal["E"]


def test_panel_names_its_spread(panel) -> None:
    text = repr(panel)
    assert "3 ways to miscount N" in text
    assert len(panel.tables()["miscounted"]) == 4


def test_noise_in_sizes_shrinks_alpha() -> None:
    rng = np.random.default_rng(4)
    N = np.exp(rng.uniform(np.log(1e7), np.log(1e10), 400))
    D = np.exp(rng.uniform(np.log(1e9), np.log(1e12), 400))
    loss = get_law("chinchilla").predict({"N": N, "D": D}, TRUTH)
    runs = load({"params": N, "tokens": D, "loss": loss})
    noisy = miscounted(runs, 1e22, ways=(Miscount("noise", 0.5),), seed=1)
    assert row(noisy, "noise")["alpha"] < row(noisy, "none")["alpha"]


def test_choices_of_rows_give_a_band(chinchilla_runs) -> None:
    choices = {"large": ("flops>1e20",), "small": ("flops<=1e21",)}
    band = subset_band(chinchilla_runs, choices, 5.76e23)
    low, high = band.ratio_band
    assert band.rows["choice"].to_list() == ["all rows", "large", "small"]
    assert high > 1.2 * low
    best = band.rows.row(0, named=True)
    assert 6.0 * best["N"] * best["D"] == pytest.approx(5.76e23, rel=1e-9)
    assert best["exponent"] == pytest.approx(0.5139, abs=1e-3)
    with pytest.raises(UsageError, match="E524"):
        subset_band(chinchilla_runs, {}, 1e21, law="kaplan_joint")


def families(n: int) -> Runs:
    """Scores of models of several families by the performance law, later years last."""
    rng = np.random.default_rng(5)
    depth = rng.choice([16, 24, 32, 40, 60, 80], n).astype(float)
    width = rng.choice([1024, 2048, 4096, 5120, 8192], n).astype(float)
    d_ff = rng.uniform(2.5, 4.5, n) * width
    N = depth * (4.0 * width**2 + 3.0 * width * d_ff)
    D = N * np.exp(rng.uniform(np.log(20.0), np.log(2000.0), n))
    values = {"w1": 0.08, "w2": 0.05, "w3": 0.04, "w4": 0.07, "b": -0.5, "gam": 1e-9}
    inputs = {"n_layer": depth, "d": width, "d_ff": d_ff, "D": D, "N": N}
    score = get_law("performance_law").predict(inputs, values) + rng.normal(0.0, 0.01, n)
    table = {"depth": depth, "width": width, "d_ff": d_ff, "tokens": D, "params": N}
    return load(table | {"score/mmlu": score, "family": [f"f{i % 6}" for i in range(n)]})


def test_families_left_out_are_ranked_by_the_performance_law() -> None:
    found = leave_one_out(families(60), "performance_law")
    assert found.rank_correlation > 0.9
    assert found.rmse < 0.02
    assert len(found.tables()["families"]) == 6


def test_left_out_forecast_is_that_of_a_fit_without_the_family() -> None:
    from isoflop.fit.fit_law import fit_law

    runs = families(60)
    own = np.array(runs.text("family")) == "f2"
    fit = fit_law(runs.take(~own), "performance_law", resamples=0)
    expected = fit.predict(fit.inputs_of(runs.take(own))).value
    assert leave_one_out(runs, "performance_law").predicted[own] == pytest.approx(expected)


def test_two_families_are_too_few() -> None:
    runs = families(60)
    few = runs.take(np.isin(runs.text("family"), ["f0", "f1"]))
    with pytest.raises(DataError, match="E523"):
        leave_one_out(few, "performance_law")
