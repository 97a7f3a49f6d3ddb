"""Trends of tasks: size trends, data alignment, pass rates, coverage, U shapes."""

from __future__ import annotations

from math import comb

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoflop.core.conventions import Conventions
from isoflop.core.errors import DataError, FitError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.fit.pass_at_k import coverage, pass_at_k
from isoflop.fit.pass_until import (
    fit_pass_law,
    pass_rate,
    passes_for,
    trials_for,
    unbiased_pass_rate,
)
from isoflop.fit.pretraining_alignment import pretraining_alignment
from isoflop.fit.score_shape import score_shape
from isoflop.fit.size_trend import size_trend
from isoflop.fit.solve_rates import expected_pass_at_k, fit_solve_rates, tail_coefficient


def table(**columns):
    frame = pl.DataFrame(columns).with_row_index("row", offset=1)
    return Runs(frame, Conventions(), Provenance("t.csv", "none"))


# Size trend


def seeds(exponent, scatter, rng):
    N = np.repeat(np.geomspace(1e4, 1e7, 6), 5)
    return N, 8.0 * N**-exponent * np.exp(scatter * rng.standard_normal(len(N)))


def test_a_task_with_a_law_forecasts_its_next_size():
    N, y = seeds(0.1, 0.01, np.random.default_rng(0))
    found = size_trend(N, y, 1e8, 8.0 * 1e8**-0.1)
    assert found.has_law
    assert found.alpha == pytest.approx(0.1, abs=0.01)
    assert found.r2 > 0.99


def test_a_run_above_the_interval_has_not_converged():
    N, y = seeds(0.1, 0.01, np.random.default_rng(0))
    found = size_trend(N, y, 1e8, 2.0 * 8.0 * 1e8**-0.1)
    assert found.is_unconverged
    assert found.has_law is False


def test_a_task_without_a_trend_has_no_law():
    N, y = seeds(0.0, 0.2, np.random.default_rng(3))
    found = size_trend(N, y, 1e8, 8.0)
    assert found.has_law is False
    assert not found.is_unconverged


def test_precise_sizes_rule_the_line():
    N = np.repeat([1e4, 1e5, 1e6], 4)
    scatter = np.array([-1.0, 1.0, -1.0, 1.0])
    y = np.exp(np.concatenate([0.001 * scatter, -0.2 + 0.001 * scatter, 0.5 + 0.5 * scatter]))
    assert size_trend(N, y, 1e7).alpha == pytest.approx(0.2 / np.log(10.0), rel=0.06)


def test_interval_of_the_next_size_holds_it_as_often_as_it_says():
    rng = np.random.default_rng(5)
    inside = 0
    for _ in range(300):
        N, y = seeds(0.1, 0.05, rng)
        mean = 8.0 * 1e8**-0.1 * np.exp(0.05 / np.sqrt(5) * rng.standard_normal())
        lo, hi = size_trend(N, y, 1e8).interval
        inside += lo <= mean <= hi
    assert 0.90 <= inside / 300 <= 0.99  # nominal 0.95; weights are themselves estimated


# Alignment of pre-training data


def translation(score):
    D = np.geomspace(1e9, 1e11, 6)
    return table(tokens=D, loss=1.0 + 50.0 * D**-0.2, **{"score/bleu": score(D)})


def test_aligned_data_is_forecast_within_seed_noise():
    found = pretraining_alignment(
        translation(lambda D: np.log(1e-2 * D**0.6) ** 1.5), "score/bleu", seed_sd=0.01
    )
    assert found.verdict == "aligned"
    assert abs(found.held_out_error) < 0.01
    assert found.fit is not None


def test_a_score_that_falls_while_the_loss_falls_is_misaligned():
    bumps = np.array([20.0, 22.0, 18.0, 24.0, 19.0, 20.0])
    found = pretraining_alignment(translation(lambda D: bumps), "score/bleu", seed_sd=0.01)
    assert found.verdict == "misaligned"
    assert found.largest_fall == pytest.approx(24.0 / 19.0 - 1.0)
    assert found.fit is None


# Sampling until it passes


def test_rates_by_hand():
    r, K = np.array([0.0, 1.0, 3.0]), np.array([100.0, 50.0, 31.0])
    assert pass_rate(r, K) == pytest.approx([0.0, 0.02, 3 / 31])
    unbiased = unbiased_pass_rate(r, K)
    assert np.isnan(unbiased[:2]).all()
    assert unbiased[2] == pytest.approx(2 / 30)
    assert passes_for(0.1) == 100
    assert trials_for(10, 1e-4) == pytest.approx(1e5)


def test_unbiased_rate_has_no_bias_where_the_plain_one_has():
    rng = np.random.default_rng(0)
    r, p = 3, 0.05
    trials = rng.negative_binomial(r, p, size=40_000) + r
    successes = np.full(len(trials), float(r))
    assert unbiased_pass_rate(successes, trials.astype(float)).mean() == pytest.approx(p, rel=0.01)
    assert pass_rate(successes, trials.astype(float)).mean() > 1.2 * p


def sampled(rate, r, cap, rng):
    trials = rng.geometric(rate, size=(r, len(rate))).cumsum(axis=0)
    passed = (trials <= cap).sum(axis=0)
    return passed.astype(float), np.where(passed == r, trials[-1], cap).astype(float)


def test_censored_items_keep_the_law_unbiased():
    rng = np.random.default_rng(2)
    N = np.repeat(np.geomspace(1e8, 3e9, 6), 300)
    rate = np.exp(-2000.0 * N**-0.3)
    successes, trials = sampled(rate, 10, 2000.0, rng)
    assert (successes == 0.0).any()  # the small models are cut short
    found = fit_pass_law(N, successes, trials)
    error = np.sqrt(np.diag(found.covariance))
    assert abs(np.log(found.c / 2000.0)) < 3.0 * error[0]
    assert abs(found.alpha - 0.3) < 3.0 * error[1]
    assert found.is_emergent is False
    assert found.predict(np.array([1e10])) == pytest.approx(np.exp(-2000.0 * 1e10**-0.3), rel=0.05)


def test_growth_faster_than_the_law_is_emergent():
    N = np.geomspace(1e8, 1e10, 6)
    log_n = np.log(N / 1e8)
    rate = np.exp(-np.exp(2.0 - 0.05 * log_n - 0.08 * log_n**2))
    trials = np.full(6, 1e6)
    found = fit_pass_law(N, np.round(rate * trials), trials)
    assert found.is_emergent
    assert found.curvature == pytest.approx(-0.08, abs=2e-3)


def test_impossible_or_empty_counts_are_refused():
    with pytest.raises(DataError, match="impossible"):
        pass_rate(np.array([3.0]), np.array([2.0]))
    with pytest.raises(DataError, match="no law"):
        fit_pass_law(np.array([1e8, 1e9]), np.zeros(2), np.full(2, 100.0))


# pass@k and solve rates


@given(st.integers(1, 60), st.data())
def test_pass_at_k_is_the_share_of_draws_with_a_correct_one(n, data):
    c = data.draw(st.integers(0, n))
    k = data.draw(st.integers(1, n))
    assert pass_at_k(n, c, k) == pytest.approx(1.0 - comb(n - c, k) / comb(n, k), abs=1e-12)


def test_pass_at_k_is_exact_for_many_samples():
    n, c, k = 10_000, 3, 5_000
    exact = 1.0 - comb(n - c, k) / comb(n, k)
    assert pass_at_k(n, c, k) == pytest.approx(exact, rel=1e-12)
    tiny = 10_000_000
    assert pass_at_k(tiny, 1, 1) == pytest.approx(1e-7, rel=1e-9)


def test_pass_at_one_is_the_share_correct_and_more_than_drawn_is_refused():
    assert coverage(np.array([10.0, 20.0]), np.array([5.0, 1.0]), 1) == pytest.approx(0.275)
    with pytest.raises(DataError, match="pass@11"):
        pass_at_k(10, 3, 11)


def test_expected_pass_at_k_by_closed_forms():
    # Uniform solve rates: E[(1-p)^k] = 1/(k+1); u = 1, v = 2: 2/(k+2).
    k = np.array([1.0, 9.0, 99.0])
    assert expected_pass_at_k(1.0, 1.0, k) == pytest.approx(1.0 - 1.0 / (k + 1.0), rel=1e-12)
    assert expected_pass_at_k(1.0, 2.0, k) == pytest.approx(1.0 - 2.0 / (k + 2.0), rel=1e-12)


def test_tail_of_coverage_is_a_power_of_samples():
    u, v = 0.3, 4.0
    k = np.array([1e6])
    unsolved = 1.0 - expected_pass_at_k(u, v, k)
    assert unsolved == pytest.approx(tail_coefficient(u, v) * k**-u, rel=1e-4)


def test_solve_rates_forecast_coverage_from_few_samples():
    rng = np.random.default_rng(4)
    rates = rng.beta(0.4, 3.0, size=2000)
    samples = np.full(2000, 30.0)
    found = fit_solve_rates(samples, rng.binomial(30, rates).astype(float))
    assert not found.is_at_bound
    assert found.exponent == pytest.approx(0.4, abs=3.0 * found.u * found.covariance[0, 0] ** 0.5)
    truth = float(np.mean(1.0 - (1.0 - rates) ** 1000))
    assert found.pass_at_k(np.array([1000.0]))[0] == pytest.approx(truth, abs=0.02)


def test_doubt_of_solve_rates_matches_their_scatter():
    rng = np.random.default_rng(6)
    fits = [
        fit_solve_rates(np.full(300, 20.0), rng.binomial(20, rng.beta(0.5, 2.0, 300)).astype(float))
        for _ in range(60)
    ]
    scatter = np.std([np.log(one.u) for one in fits])
    said = np.mean([one.covariance[0, 0] ** 0.5 for one in fits])
    assert said == pytest.approx(scatter, rel=0.3)  # sd of 60 draws is known to a tenth


def test_solve_rates_need_solved_and_unsolved_problems():
    with pytest.raises(DataError, match="no distribution"):
        fit_solve_rates(np.full(5, 10.0), np.zeros(5))


# U shapes


def test_a_straight_rise_may_be_extrapolated():
    C = np.geomspace(1e19, 1e23, 8)
    noise = 0.002 * np.random.default_rng(0).standard_normal(8)
    found = score_shape(C, 0.05 * np.log10(C) - 0.7 + noise)
    assert found.is_monotone
    found.check("score/a")


def test_a_u_is_refused_and_its_turn_is_found():
    C = np.geomspace(1e19, 1e25, 9)
    noise = 0.003 * np.random.default_rng(1).standard_normal(9)
    found = score_shape(C, 0.3 + 0.03 * np.log10(C / 1e22) ** 2 + noise)
    assert found.opens_up
    assert found.delta_aicc > 4.0
    assert np.log10(found.turn) == pytest.approx(22.0, abs=0.2)
    with pytest.raises(FitError, match="may not be extrapolated"):
        found.check("score/u")


def test_three_successive_falls_are_refused_even_with_few_points():
    found = score_shape(np.geomspace(1e20, 1e23, 4), np.array([0.5, 0.48, 0.45, 0.4]))
    assert found.falls == 3
    assert found.delta_aicc is None
    assert not found.is_monotone
    two = score_shape(np.geomspace(1e20, 1e23, 4), np.array([0.5, 0.48, 0.45, 0.5]))
    assert two.is_monotone


def test_difference_of_aicc_by_hand():
    C = np.exp(np.arange(6.0))
    y = np.array([0.0, 1.0, 1.9, 3.2, 4.0, 5.1])
    rss = [np.polyfit(np.arange(6.0), y, d, full=True)[1][0] for d in (1, 2)]
    by_hand = (6 * np.log(rss[0] / 6) + 6 + 2 * 3 * 4 / 2) - (
        6 * np.log(rss[1] / 6) + 8 + 2 * 4 * 5 / 1
    )
    assert score_shape(C, y).delta_aicc == pytest.approx(by_hand, rel=1e-9)
