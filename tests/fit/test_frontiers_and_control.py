"""Frontier of vision-language runs, recipes and update ratios of reinforcement learning."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.errors import DataError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.fit.frontier_points import fit_frontier, frontier_points
from isoflop.fit.rl_recipes import rank_rl_recipes
from isoflop.fit.rl_updates import (
    best_setting,
    fit_samples,
    least_cost,
    ratio_of_budget,
    samples_to_score,
    shared_slope,
)
from isoflop.laws.catalogue import get_law


def table(**columns):
    frame = pl.DataFrame(columns).with_row_index("row", offset=1)
    return Runs(frame, Conventions(), Provenance("t.csv", "none"))


def test_frontier_keeps_the_best_of_an_octave_if_it_improves():
    C = np.array([1.0, 1.5, 2.0, 3.9, 4.0, 8.0, 17.0])
    error = np.array([0.9, 0.8, 0.85, 0.82, 0.7, 0.75, 0.6])
    # Octaves: {0, 1}, {2, 3}, {4}, {5}, {6}; the second and the fourth do not improve.
    assert frontier_points(C, error).tolist() == [1, 4, 6]


def test_equal_errors_in_an_octave_prefer_the_cheaper():
    assert frontier_points(np.array([1.9, 1.0]), np.array([0.5, 0.5])).tolist() == [1]


def test_frontier_law_is_recovered_under_worse_runs():
    rng = np.random.default_rng(0)
    C = np.geomspace(1e6, 1e13, 24)
    v = {"E0": 0.1, "A": 20.0, "B": 0.0, "a": 0.22}
    best = get_law("frontier_error").predict({"C": C}, v)
    worse = best * np.exp(rng.uniform(0.02, 0.5, (6, 24)))
    runs = table(
        gflops=np.concatenate([C, np.tile(C * 1.1, 6)]),
        samples=np.full(7 * 24, 1e9),
        error=np.concatenate([best, worse.ravel()]),
    )
    fit = fit_frontier(runs, samples="samples", resamples=0)
    assert fit.evidence["C"][1] <= 1e12
    held_out = {"C": C[C > 1e12]}
    truth = get_law("frontier_error").predict(held_out, v)
    assert fit.predict(held_out).value == pytest.approx(truth, rel=5e-3)


def test_runs_that_repeat_samples_are_left_out():
    runs = table(
        gflops=np.geomspace(1e7, 1e10, 9), samples=[2e10] * 9, error=np.linspace(0.9, 0.5, 9)
    )
    with pytest.raises(DataError, match="0 points"):
        fit_frontier(runs, samples="samples")


def rewards(A, C_mid, B, noise, rng, C):
    v = {"R0": 0.2, "A": A, "C_mid": C_mid, "B": B}
    return get_law("rl_sigmoid").predict({"C": C}, v) + noise * rng.standard_normal(len(C))


def test_recipes_are_ranked_by_ceiling_not_by_speed():
    rng = np.random.default_rng(0)
    C = np.geomspace(100.0, 1e5, 30)
    slow, fast = rewards(0.61, 8e3, 1.5, 0.002, rng, C), rewards(0.5, 1e3, 1.5, 0.002, rng, C)
    runs = table(
        recipe=np.repeat(["slow", "fast"], 30),
        gpu_hours=np.tile(C, 2),
        **{"score/reward": np.concatenate([slow, fast])},
    )
    found = rank_rl_recipes(runs, start=0.2, resamples=40)
    assert [one.name for one in found] == ["slow", "fast"]
    assert found[0].ceiling == pytest.approx(0.61, abs=0.01)
    assert found[0].midpoint == pytest.approx(8e3, rel=0.1)
    assert [one.ties_with_best for one in found] == [True, False]


def test_equal_ceilings_are_ordered_by_slope():
    rng = np.random.default_rng(1)
    C = np.geomspace(100.0, 1e5, 30)
    steep, mild = rewards(0.6, 4e3, 3.0, 0.003, rng, C), rewards(0.6, 4e3, 1.2, 0.003, rng, C)
    runs = table(
        recipe=np.repeat(["mild", "steep"], 30),
        gpu_hours=np.tile(C, 2),
        **{"score/reward": np.concatenate([mild, steep])},
    )
    assert [one.name for one in rank_rl_recipes(runs, start=0.2, resamples=40)] == ["steep", "mild"]


def test_skipping_nearly_everything_is_refused():
    runs = table(recipe=["a"] * 5, gpu_hours=np.arange(1.0, 6.0), **{"score/reward": [0.1] * 5})
    with pytest.raises(DataError, match="2 points of recipe 'a'"):
        rank_rl_recipes(runs, skip_below=4.0)


def test_best_setting_averages_over_seeds_drawn_anew():
    values = np.array([64.0, 256.0])
    clear = np.array([[1.0, 1.1, 0.9, 1.0], [2.0, 2.1, 1.9, 2.2]])
    assert best_setting(values, clear, np.random.default_rng(0)) == pytest.approx(256.0)
    even = np.array([[0.0, 1.0] * 4, [1.0, 0.0] * 4])
    found = best_setting(values, even, np.random.default_rng(0), draws=4000)
    assert 64.0 < found < 256.0


def test_learning_curves_are_read_after_making_them_monotone():
    samples = np.array([0.0, 10.0, 20.0, 30.0, 40.0])
    scores = np.array([0.0, 1.0, 3.0, 2.0, 4.0])  # 3 and 2 pool to 2.5
    assert samples_to_score(samples, scores, 2.0) == pytest.approx(10.0 + 10.0 * 1.0 / 1.5)
    assert samples_to_score(samples, scores, 3.25) == pytest.approx(35.0)
    with pytest.raises(DataError, match="below 5"):
        samples_to_score(samples, scores, 5.0)


def test_one_slope_serves_all_tasks():
    sigma = np.tile([1.0, 2.0, 4.0], 2)
    values = np.concatenate([300.0 * sigma[:3] ** -0.4, 900.0 * sigma[:3] ** -0.4])
    found = shared_slope(["a"] * 3 + ["b"] * 3, sigma, values)
    assert found.b == pytest.approx(0.4)
    assert found.a == pytest.approx({"a": 300.0, "b": 900.0})
    assert found.at("b", np.array([2.0])) == pytest.approx([900.0 * 2.0**-0.4])
    with pytest.raises(DataError, match="two ratios"):
        shared_slope(["a", "b"], np.array([1.0, 2.0]), np.array([3.0, 4.0]))


def test_pipeline_finds_the_ratio_of_least_cost():
    truth = {"D_min": 1e5, "beta": 1e6, "alpha": 0.9}
    sigma = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0])
    samples = get_law("utd_data").predict({"sigma": sigma}, truth)
    data = fit_samples(sigma, samples)
    grid = np.geomspace(0.25, 32.0, 2001)
    batch = 512.0 * grid**-0.3
    found = least_cost(data, batch, grid, flop_per_sample=1e6, sample_price=2e9)
    assert found.is_interior

    def cost(s):
        needed = truth["D_min"] + (truth["beta"] / s) ** truth["alpha"]
        return 1e6 * 512.0 * s**0.7 * needed + 2e9 * needed

    assert found.budget == pytest.approx(cost(grid).min(), rel=1e-6)
    assert found.sigma == pytest.approx(grid[np.argmin(cost(grid))], rel=0.02)


def test_ratio_of_a_budget_is_a_power():
    budget = np.geomspace(1e15, 1e18, 4)
    b, a = ratio_of_budget(budget, (3e16 / budget) ** 0.25)
    assert (b, a) == pytest.approx((3e16, 0.25))
