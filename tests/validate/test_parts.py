"""Scores, verdicts, selections, splits and baselines on numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from isoflop.core.arrays import FloatArray
from isoflop.validate.baseline import baselines
from isoflop.validate.extrapolation import Extrapolation
from isoflop.validate.score import Forecast, score
from isoflop.validate.selection import select
from isoflop.validate.split import rolling_thresholds, rungs, splits
from isoflop.validate.verdict import judge


def forecast(name: str, error: FloatArray, reach: FloatArray | None = None) -> Forecast:
    n = len(error)
    far = np.geomspace(1.5, 30, n) if reach is None else reach
    rows, ones = np.arange(1, n + 1), np.ones(n)
    return Forecast(name, 1e20, rows, ones, ones + error, far, 10)


def test_golden_errors_of_the_catalogue() -> None:
    pair = (np.array([1.9, 2.0]), np.array([2.05, 2.2]))
    rows, reach = np.array([1, 2]), np.array([2.0, 3.0])
    seen, said = np.array([2.0, 2.1]), np.array([2.1, 2.1])
    one = Forecast("x", 1.0, rows, seen, said, reach, 5, {0.9: pair}, floor=1.8)
    found = score([one])
    assert found.are_mean == pytest.approx(0.025)
    assert found.bias == pytest.approx(0.025)
    assert found.reducible_are == pytest.approx(0.25)
    assert found.coverage[0.9] == 1.0
    assert found.interval_score[0.9] == pytest.approx(found.width[0.9])


def test_a_miss_is_fined_in_the_interval_score() -> None:
    pair = (np.array([1.0]), np.array([1.5]))
    one = Forecast(
        "x", 1.0, np.array([1]), np.array([2.0]), np.array([1.2]), np.array([2.0]), 5, {0.9: pair}
    )
    fine = np.log(1.5) + 20 * np.log(2.0 / 1.5)
    assert score([one]).interval_score[0.9] == pytest.approx(fine)


def test_verdict_stops_at_the_first_doubling_that_fails() -> None:
    reach = np.repeat([1.5, 3.0, 6.0, 12.0], 4)
    error = np.repeat([0.005, 0.01, 0.05, 0.005], 4)
    naive = forecast("last value", np.full(16, 0.06), reach)
    verdict = judge([forecast("x", error, reach)], [naive])
    assert verdict.reach == 4.0
    assert verdict.text == "usable to 4x your largest run; not beyond"
    assert verdict.why == "held-out error up to 8x your largest run is 5.00%, not below 2.0%"


def test_verdict_refuses_a_law_that_a_baseline_matches() -> None:
    error = np.full(8, 0.01)
    verdict = judge([forecast("x", error)], [forecast("straight line", error)])
    assert verdict.reach == 0
    assert "'straight line' forecasts as well" in verdict.text
    better = judge([forecast("x", error)], [forecast("straight line", error / 2)])
    assert "'straight line' forecasts better (0.50% against 1.00%)" in better.text


def test_a_baseline_lucky_near_the_training_runs_does_not_veto_a_better_law() -> None:
    reach = np.repeat([1.5, 3.0, 6.0], 4)
    law = forecast("x", np.repeat([0.004, 0.005, 0.006], 4), reach)
    lucky = forecast("two points", np.repeat([0.001, 0.01, 0.03], 4), reach)
    verdict = judge([law], [lucky])
    assert verdict.reach == 6.0
    assert verdict.text == "usable to 6x your largest run; farther was never tested"


def test_verdict_ends_where_a_baseline_is_better_from_there_on() -> None:
    rng = np.random.default_rng(1)
    reach = np.repeat([1.5, 3.0, 6.0, 12.0], 6)
    law = forecast("x", np.repeat([0.002, 0.002, 0.015, 0.018], 6), reach)
    naive = forecast(
        "line", np.repeat([0.03, 0.03, 0.005, 0.005], 6) + 1e-4 * rng.random(24), reach
    )
    verdict = judge([law], [naive])
    assert verdict.reach == 4.0
    assert verdict.text.endswith("not beyond")
    assert verdict.why == "'line' forecasts better (0.50% against 1.65%) beyond 4x your largest run"


def test_the_reason_of_a_refusal_is_the_number_that_failed() -> None:
    reach = np.repeat([1.5, 3.0], 4)
    law = forecast("x", np.repeat([0.03, 0.001], 4), reach)
    verdict = judge([law], [forecast("line", np.full(8, 0.2), reach)])
    assert verdict.text == (
        "do not use: held-out error up to 2x your largest run is 3.00%, not below 2.0%"
    )


def test_law_within_one_standard_error_is_a_tie_and_a_worse_one_is_not() -> None:
    rng = np.random.default_rng(0)
    error = 0.01 + 0.002 * rng.random(40)
    laws = {
        "best": [forecast("best", error)],
        "near": [forecast("near", error[::-1])],
        "far": [forecast("far", error + 0.01)],
    }
    chosen = select(laws)
    assert {chosen.best, *chosen.ties} == {"best", "near"}


def test_rolling_thresholds_end_rungs_and_hold_out_three() -> None:
    values = np.repeat(np.geomspace(1e18, 1e21, 8), 5)
    cuts = rolling_thresholds(values)
    held_out = [int(rungs(values[values > cut]).max()) + 1 for cut in cuts]
    assert len(cuts) >= 2
    assert min(held_out) >= 3


def test_values_a_little_apart_are_one_rung() -> None:
    assert rungs(np.array([1.0, 1.1, 2.0, 2.2, 4.0])).tolist() == [0, 0, 1, 1, 2]


def test_extrapolation_error_is_held_to_the_tested_reach_and_grows_beyond() -> None:
    found = Extrapolation(0.01, 0.5, 4, 5).error_at(np.array([0.0, 0.4, 1.0, 3.0]))
    assert found.tolist() == pytest.approx([0.01, 0.01, 0.02, 0.06])


def test_families_are_found_by_their_files() -> None:
    assert [split.name for split in splits()] == ["compute", "size", "tokens"]
    assert {item.name for item in baselines() if item.is_naive} == {
        "last value",
        "nearest run",
        "straight line",
        "two points",
    }
