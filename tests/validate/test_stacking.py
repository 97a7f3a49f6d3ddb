"""Looks back, the intervals they give, the stack they weigh and the horizon they set."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import t as student

from isoflop.core.arrays import FloatArray
from isoflop.core.conventions import Conventions
from isoflop.core.errors import UsageError
from isoflop.core.explain import explanations
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.laws.catalogue import get_law
from isoflop.validate import extrapolation as form
from isoflop.validate import looks as looking
from isoflop.validate.backtest import backtest
from isoflop.validate.extrapolation import Extrapolation, extrapolation_of, repeat_sd, spans
from isoflop.validate.fit_stack import fit_stack
from isoflop.validate.horizon import horizon
from isoflop.validate.looks import Look
from isoflop.validate.score import score
from isoflop.validate.stacking import stack_findings, stack_of
from isoflop.validate.summary import summary
from isoflop.validate.told import Told, combined

TRUE = get_law("chinchilla")
LAWS = [get_law("chinchilla"), get_law("skaling"), get_law("kaplan_joint")]


def look(error: FloatArray, cut: float = 1.0, reach: float = 1.0) -> Look:
    n = len(error)
    return Look(cut, np.arange(1, n + 1), np.asarray(error, float), np.full(n, reach), 10)


def made_runs(seed: int = 0, noise: float = 0.003) -> Runs:
    """Eight IsoFLOP rungs of five sizes from the additive law."""
    rng = np.random.default_rng(seed)
    compute = np.repeat(np.geomspace(1e18, 3e21, 8), 5)
    params = np.sqrt(compute / 120) * np.tile(np.geomspace(0.4, 2.5, 5), 8)
    tokens = compute / (6 * params)
    loss = TRUE.predict({"N": params, "D": tokens}, TRUE.published[0].values)
    loss = loss * np.exp(noise * rng.standard_normal(40))
    table = pl.DataFrame({"params": params, "tokens": tokens, "flops": compute, "loss": loss})
    return Runs(table.with_row_index("row", offset=1), Conventions(), Provenance("made", "0"))


def test_variances_of_noise_doubt_and_extrapolation_add_up() -> None:
    told = Told(np.log([2.0]), np.array([0.02]), 0.01)
    learnt = Extrapolation(0.03, 0.5, 9, 4, 0.004)
    ((low, high),) = spans(told, np.array([2.0]), learnt, (0.9,)).values()
    by_hand = 0.01**2 + form.DOUBT_SHARE * 0.02**2 + (0.03 * 4) ** 2 + (0.004 * 2) ** 2
    assert np.log(high / 2.0) == pytest.approx(student(9).ppf(0.95) * np.sqrt(by_hand))
    assert high[0] * low[0] == pytest.approx(4.0)


def test_the_last_look_sets_the_level_and_all_looks_the_tested_reach() -> None:
    looks = [look(np.full(4, 0.5), 1.0, 2.0), look(np.full(4, 0.02), 2.0, 1.0)]
    found = extrapolation_of(looks)
    assert found.level == pytest.approx(np.sqrt(form.LOOK_SHARE) * 0.02)
    assert found.tested == pytest.approx(looking.tested_reach(looks))
    assert found.tested == pytest.approx(np.sqrt(2.5))
    assert found.is_known


def test_without_looks_the_rate_is_the_stated_assumption() -> None:
    found = extrapolation_of([])
    assert not found.is_known
    assert found.rate == form.UNKNOWN_RATE
    assert found.seed_sd == form.SEED_SD


def test_repeated_seeds_measure_the_noise() -> None:
    rng = np.random.default_rng(3)
    table = pl.DataFrame(
        {
            "params": np.repeat(np.geomspace(1e6, 1e8, 50), 4),
            "seed": np.tile(np.arange(4.0), 50),
            "loss": np.exp(0.02 * rng.standard_normal(200)) * np.repeat(np.linspace(3, 4, 50), 4),
        }
    )
    runs = Runs(table.with_row_index("row", offset=1), Conventions(), Provenance("made", "0"))
    assert repeat_sd(runs, runs.values("loss")) == pytest.approx(0.02, rel=0.15)  # 150 degrees
    assert repeat_sd(runs.take(np.arange(0, 200, 4)), runs.values("loss")[::4]) is None


def test_errors_that_cancel_are_stacked_so_that_they_do() -> None:
    error = np.array([0.02, 0.03, 0.01, 0.02])
    looks = {"chinchilla": [look(error)], "skaling": [look(-3 * error)]}
    stack = stack_of(LAWS[:2], looks)
    assert stack.weights["chinchilla"] == pytest.approx(0.75, abs=1e-3)
    assert stack.looks[0].mean_square == pytest.approx(0.0, abs=1e-6)


def test_weights_are_those_of_a_grid_search() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(0.01, 0.02, 30), rng.normal(-0.004, 0.02, 30)
    stack = stack_of(LAWS[:2], {"chinchilla": [look(first)], "skaling": [look(second)]})
    grid = np.linspace(0, 1, 20001)
    cost = [np.mean((w * first + (1 - w) * second) ** 2) for w in grid]
    assert stack.weights["chinchilla"] == pytest.approx(grid[int(np.argmin(cost))], abs=1e-3)
    assert sum(stack.weights.values()) == pytest.approx(1.0)


def test_a_law_that_ends_at_zero_gets_no_weight_beside_others() -> None:
    better, worse = [look(np.full(4, 0.001))], [look(np.full(4, 0.02))]
    stack = stack_of(LAWS, {"chinchilla": worse, "skaling": worse, "kaplan_joint": better})
    assert stack.weights["kaplan_joint"] == 0.0


def test_a_stack_of_one_law_is_refused_and_explained() -> None:
    with pytest.raises(UsageError) as caught:
        backtest(made_runs(), ["chinchilla"], stack=True)
    assert caught.value.code == "E600"
    assert "E600" in explanations()


def test_laws_without_a_shared_look_count_alike_and_it_is_said() -> None:
    looks = {"chinchilla": [look(np.full(4, 0.1), 1.0)], "skaling": [look(np.full(4, 0.1), 2.0)]}
    stack = stack_of(LAWS[:2], looks)
    assert stack.weights == {"chinchilla": 0.5, "skaling": 0.5}
    assert not stack.extrapolation.is_known
    (said,) = stack_findings({1e20: stack})
    assert said.code == "W600"
    assert "W600" in explanations()


def test_a_sum_of_forecasts_adds_logs_and_doubts() -> None:
    a, b = Told(np.array([0.0]), np.array([0.1]), 0.02), Told(np.array([1.0]), np.array([0.3]), 0.0)
    both = combined({"a": a, "b": b}, {"a": 0.25, "b": 0.75})
    assert both.log_value[0] == 0.75
    assert both.doubt[0] == pytest.approx(0.25)
    assert both.noise == pytest.approx(0.005)


def test_horizon_is_where_the_expected_error_passes_the_tolerance() -> None:
    learnt = Extrapolation(0.01, 0.5, 9, 4)
    assert np.log(horizon(learnt, 0.02)) == pytest.approx(0.5 * 2.5, rel=0.02)
    assert horizon(Extrapolation(0.05, 0.5, 9, 4), 0.02) == 1.0
    assert horizon(learnt, 0.02, noise=0.02) < horizon(learnt, 0.02)


def test_intervals_cover_their_level_on_studies_whose_law_is_true() -> None:
    trusts = [backtest(made_runs(s), split="compute<=2e20", resamples=40) for s in range(8)]
    found = score([f for trust in trusts for f in trust.laws["chinchilla"]])
    assert found.n_test == 120  # eight studies of 15 held-out runs
    assert found.coverage[0.9] >= 0.85


def test_stack_is_an_entry_of_trust_with_its_weights_and_a_verdict() -> None:
    trust = backtest(made_runs(), ["chinchilla", "overtraining"], stack=True, resamples=30)
    document = trust.to_dict()
    assert set(trust.laws) == {"chinchilla", "overtraining", "stack"}
    assert trust.verdicts["stack"].is_usable
    assert all(sum(s["weights"].values()) == pytest.approx(1.0) for s in document["stacks"])
    assert "stack at the last threshold" in summary(trust)


def test_stacked_fit_forecasts_runs_not_yet_made_within_its_interval() -> None:
    stacked = fit_stack(made_runs(), ["chinchilla", "overtraining"], resamples=30)
    at = {"params": [4e9], "tokens": [8e10]}
    said = stacked.predict(at)
    true = TRUE.predict({"N": np.array([4e9]), "D": np.array([8e10])}, TRUE.published[0].values)
    assert said.lo is not None
    assert said.hi is not None
    assert said.lo[0] < true[0] < said.hi[0]
    assert said.value[0] == pytest.approx(true[0], rel=0.01)
