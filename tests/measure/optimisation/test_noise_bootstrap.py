"""The noise scale by resampled blocks and from single examples, on a regression that is known."""

from __future__ import annotations

import numpy as np
import pytest

from isoflop.measure.train.noise_bootstrap import bootstrap_noise_scale, per_example_scale
from isoflop.measure.train.noise_scale import Batches, estimate_noise_scale

WIDTH, NOISE = 10, 1.0
SPREAD = (WIDTH + 1) + WIDTH * NOISE**2  # trace of the covariance where the distance is 1
SCALE = SPREAD / 1.0


def gradients(rng, shape):
    """Gradients of (x.w - y)^2 / 2 with x ~ N(0, I), the weights at distance 1: (*shape, WIDTH)."""
    x = rng.normal(size=(*shape, WIDTH))
    away = np.full(WIDTH, WIDTH**-0.5)
    return (x @ away - NOISE * rng.normal(size=shape))[..., None] * x


def pairs(rng, steps, small=2, big=16):
    each = gradients(rng, (steps, big // small, small)).mean(axis=2)
    n_small = np.sum(each**2, axis=-1).mean(axis=1)
    return n_small, np.sum(each.mean(axis=1) ** 2, axis=-1), Batches(small, big, 1024)


def test_ten_thousand_pairs_give_the_known_scale_within_a_tenth():
    n_small, n_big, batches = pairs(np.random.default_rng(0), 10_000)
    found = bootstrap_noise_scale(range(10_000), n_small, n_big, batches, seed=0, loss=1.0)
    assert found.sequences == pytest.approx(SCALE, rel=0.1)
    assert found.signal == pytest.approx(1.0, rel=0.1)
    assert found.spread == pytest.approx(SPREAD, rel=0.1)
    assert found.lo < SCALE < found.hi
    assert (found.step, found.loss, found.n_blocks) == (9999, 1.0, 200)


def test_the_bootstrap_and_the_jackknife_agree():
    n_small, n_big, batches = pairs(np.random.default_rng(1), 4000)
    one = bootstrap_noise_scale(range(4000), n_small, n_big, batches, seed=0)
    two = estimate_noise_scale(range(4000), n_small, n_big, batches)
    assert one.sequences == pytest.approx(two.sequences, rel=1e-12)
    width = np.log(one.hi / one.lo) / np.log(two.sequences_hi / two.sequences_lo)
    assert width == pytest.approx(1.0, abs=0.2)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(2)
    found = [
        bootstrap_noise_scale(range(2000), *pairs(rng, 2000, 1, 4), seed=i) for i in range(100)
    ]
    inside = np.mean([one.lo < SCALE < one.hi for one in found])
    assert inside == pytest.approx(0.9, abs=0.09)  # 3 standard errors of 100 draws


def test_a_signal_lost_in_noise_has_no_interval():
    rng = np.random.default_rng(3)
    noise = 100.0 * rng.normal(size=(300, 8, 50))
    n_small, n_big = np.sum(noise**2, -1).mean(1), np.sum(noise.mean(1) ** 2, -1)
    found = bootstrap_noise_scale(range(300), n_small, n_big, Batches(1, 8, 1), seed=0)
    assert found.lo is None
    assert found.hi is None


def test_the_same_seed_gives_the_same_interval():
    n_small, n_big, batches = pairs(np.random.default_rng(4), 1000)
    one, two = (
        bootstrap_noise_scale(range(1000), n_small, n_big, batches, seed=7) for _ in range(2)
    )
    assert one == two


def test_gradients_of_single_examples_give_the_scale_without_bias():
    rng = np.random.default_rng(5)
    found = np.array([per_example_scale(gradients(rng, (400,))) for _ in range(200)])
    _, signal, spread = found.mean(axis=0)
    assert spread == pytest.approx(SPREAD, rel=0.03)
    assert signal == pytest.approx(1.0, rel=0.03)  # without the correction 1 + 21/400
    assert spread / signal == pytest.approx(SCALE, rel=0.05)
