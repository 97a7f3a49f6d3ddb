"""The memorising learner: its exponents, plateaus, the return of the power law, generations."""

from __future__ import annotations

import numpy as np
import pytest

from isoflop.measure.zipf import cut, drawn_error, expected_error, generations, mixed, zipf

BETA = 1.5
P = zipf(BETA)


def slope(errors, T):
    return float(np.polyfit(np.log(T), np.log(errors), 1)[0])


@pytest.mark.parametrize("beta", [1.3, 1.5, 2.0])
def test_error_on_real_text_falls_as_one_less_one_over_beta(beta):
    T = np.geomspace(1e3, 1e5, 9)
    p = zipf(beta)
    found = slope([expected_error(p, p, t) for t in T], T)
    assert found == pytest.approx(-(1.0 - 1.0 / beta), abs=0.01)


def test_plateau_falls_as_the_cut_to_beta_less_one():
    cuts = np.array([30, 100, 300, 1000])
    errors = [expected_error(P, cut(P, k), 1e9) for k in cuts]
    assert slope(errors, cuts) == pytest.approx(-(BETA - 1.0), abs=0.02)


def test_real_share_brings_the_power_law_back_after_a_plateau():
    share, short = 0.01, cut(P, 100)
    text = mixed(P, short, share)
    T = np.geomspace(1e2, 1e8, 61)
    errors = np.array([expected_error(P, text, t) for t in T])
    local = -np.gradient(np.log(errors), np.log(T))
    flat = (T > 3e3) & (T < 2e4)
    late = (T > 1e6) & (T < 1e7)
    assert local[flat].max() < 0.12
    assert local[late] == pytest.approx(1.0 - 1.0 / BETA, abs=0.03)
    real = expected_error(P, P, share * 1e6)
    assert expected_error(P, text, 1e6) == pytest.approx(real, rel=0.03)


def test_a_drawn_error_scatters_around_the_expected_one():
    rng = np.random.default_rng(0)
    drawn = [drawn_error(P, P, 1e3, rng) for _ in range(40)]
    spread = np.std(drawn) / np.sqrt(40)
    assert abs(np.mean(drawn) - expected_error(P, P, 1e3)) < 4.0 * spread


def test_generations_add_to_the_plateau_and_it_falls_with_their_samples():
    """Exponent of T0 within 0.03: twelve chains of each size."""

    def plateau(n, T_0):
        chains = [
            expected_error(P, generations(P, n, T_0, np.random.default_rng(seed)), 1e12)
            for seed in range(12)
        ]
        return float(np.mean(chains))

    by_generation = [plateau(n, 10_000) for n in (1, 2, 4)]
    assert by_generation == sorted(by_generation)
    sizes = np.array([1_000, 10_000, 100_000])
    found = slope([plateau(2, int(T_0)) for T_0 in sizes], sizes)
    assert found == pytest.approx(-(1.0 - 1.0 / BETA), abs=0.03)
