"""The noise scale where it is known: linear regression with Gaussian inputs, and pure algebra."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoflop.core.errors import UsageError
from isoflop.measure.train.noise_scale import (
    Batches,
    estimate_noise_scale,
    running_noise_scale,
    signal_and_spread,
    squared_norm,
    squared_norms,
)

jax = pytest.importorskip("jax")
jnp = jax.numpy

WIDTH, STEPS, SEQUENCES = 10, 800, 32
AWAY, NOISE = 1.0, 1.0  # distance of the weights from the truth, error of the targets
# gradient of (x.w - y)^2 / 2 with x ~ N(0, I): mean = distance, and a covariance whose trace is
TRUE_SPREAD = (WIDTH + 1) * AWAY**2 + WIDTH * NOISE**2
TRUE_SCALE = TRUE_SPREAD / AWAY**2


def loss(weights, inputs, targets):
    return 0.5 * jnp.mean((inputs @ weights["w"] - targets) ** 2)


def norms_of_step(inputs, targets):
    """(n_small, n_big) of one step, from inputs (n_micro, b, WIDTH) and targets (n_micro, b)."""
    weights = {"w": jnp.full(WIDTH, AWAY / np.sqrt(WIDTH))}
    each = jax.vmap(jax.grad(loss), (None, 0, 0))(weights, inputs, targets)
    mean = jax.tree.map(lambda g: g.mean(0), each)
    return jax.vmap(squared_norm)(each).mean(), squared_norm(mean)


def linear_gaussian(n_micro: int, level: float = 0.99):
    rng = np.random.default_rng(0)  # the same sequences, however they are cut
    inputs = rng.normal(size=(STEPS, SEQUENCES, WIDTH)).astype(np.float32)
    targets = NOISE * rng.normal(size=(STEPS, SEQUENCES)).astype(np.float32)
    cut = inputs.reshape(STEPS, n_micro, -1, WIDTH), targets.reshape(STEPS, n_micro, -1)
    small, big = jax.jit(jax.vmap(norms_of_step))(*cut)
    batches = Batches(SEQUENCES // n_micro, SEQUENCES, sequence_tokens=128)
    return estimate_noise_scale(
        range(STEPS), np.asarray(small), np.asarray(big), batches, level=level
    )


def simulated(rng, *, scale, dimension=50, n_micro=8, small=4, steps=500):
    """Norms of Gaussian gradients with |G|^2 = 1 and trace of covariance = scale."""
    deviation = np.sqrt(scale / (small * dimension))
    noise = deviation * rng.normal(size=(steps, n_micro, dimension))
    noise[..., 0] += 1.0
    n_small = np.mean(np.sum(noise**2, -1), -1)
    return n_small, np.sum(noise.mean(1) ** 2, -1), Batches(small, small * n_micro, 64)


@pytest.fixture(scope="module")
def by_micro_batches():
    return {k: linear_gaussian(k) for k in (8, 4)}


@pytest.mark.parametrize("n_micro", [8, 4])
def test_a_linear_gaussian_model_gives_its_known_noise_scale(by_micro_batches, n_micro):
    found = by_micro_batches[n_micro]
    assert found.sequences == pytest.approx(TRUE_SCALE, rel=0.1)
    assert found.spread == pytest.approx(TRUE_SPREAD, rel=0.1)
    assert found.signal == pytest.approx(AWAY**2, rel=0.1)
    assert found.sequences_lo < TRUE_SCALE < found.sequences_hi
    assert found.unresolved is None


def test_a_doubled_micro_batch_gives_the_same_noise_scale(by_micro_batches):
    one, two = by_micro_batches[8], by_micro_batches[4]
    assert one.batches.small * 2 == two.batches.small
    assert one.sequences_lo < two.sequences < one.sequences_hi
    assert two.sequences_lo < one.sequences < two.sequences_hi


def test_the_value_in_tokens_is_sequences_times_their_length(by_micro_batches):
    found = by_micro_batches[8]
    tokens = (128 * found.sequences, 128 * found.sequences_lo, 128 * found.sequences_hi)
    assert found.tokens == pytest.approx(tokens)


@given(
    signal=st.floats(1e-6, 1e3),
    spread=st.floats(1e-6, 1e3),
    small=st.integers(1, 64),
    n_micro=st.integers(2, 64),
)
def test_expected_norms_give_back_signal_and_spread(signal, spread, small, n_micro):
    batches = Batches(small, small * n_micro, 1)
    n_small, n_big = signal + spread / small, signal + spread / (small * n_micro)
    found = signal_and_spread(np.array(n_small), np.array(n_big), batches)
    np.testing.assert_allclose(found, (signal, spread), atol=1e-9 * (n_small * small))


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    found = [estimate_noise_scale(range(500), *simulated(rng, scale=40.0)) for _ in range(400)]
    inside = np.mean([one.sequences_lo < 40.0 < one.sequences_hi for one in found])
    assert inside == pytest.approx(0.9, abs=0.04)  # 2.7 standard errors of 400 draws


def test_the_interval_narrows_with_the_root_of_the_steps():
    rng = np.random.default_rng(1)
    width = []
    for steps in (1000, 16000):
        found = estimate_noise_scale(range(steps), *simulated(rng, scale=40.0, steps=steps))
        width.append(np.log(found.sequences_hi / found.sequences_lo))
    assert width[0] / width[1] == pytest.approx(4.0, rel=0.4)


def test_a_signal_lost_in_noise_is_not_resolved():
    found = estimate_noise_scale(range(500), *simulated(np.random.default_rng(2), scale=1e5))
    assert found.sequences is None
    assert found.tokens is None
    assert "half its value" in found.unresolved
    assert found.signal_error > 0.5 * found.signal


def test_few_steps_are_not_resolved():
    n_small, n_big, batches = simulated(np.random.default_rng(3), scale=10.0, steps=120)
    found = estimate_noise_scale(range(120), n_small, n_big, batches)
    assert found.sequences is None
    assert found.signal_error is None
    assert "3 blocks" in found.unresolved


def test_equal_micro_batches_have_no_noise_scale():
    ones = np.ones(500)
    found = estimate_noise_scale(range(500), ones, ones, Batches(1, 8, 1))
    assert found.sequences is None
    assert found.signal == pytest.approx(1.0)
    assert "spread" in found.unresolved


def test_records_that_are_not_finite_are_left_out_and_counted():
    n_small, n_big, batches = simulated(np.random.default_rng(4), scale=10.0)
    kept = np.arange(500) % 100 != 7
    expected = estimate_noise_scale(np.flatnonzero(kept), n_small[kept], n_big[kept], batches)
    found = estimate_noise_scale(range(500), np.where(kept, n_small, np.nan), n_big, batches)
    assert found.n_left_out == 5
    assert found.sequences == expected.sequences
    assert found.sequences_hi == expected.sequences_hi


def test_no_records_at_all_is_an_answer_too():
    found = estimate_noise_scale([], [], [], Batches(1, 8, 1))
    assert found.n_records == 0
    assert found.sequences is None


def test_the_running_value_is_a_ratio_of_averages_not_an_average_of_ratios():
    batches = Batches(1, 2, 1)
    signal, spread = np.array([1.0, 3.0]), np.array([4.0, 4.0])
    n_small, n_big = signal + spread, signal + spread / 2
    first, second = running_noise_scale(n_small, n_big, batches, memory=0.5)
    assert first == pytest.approx(4.0)
    assert second == pytest.approx(4.0 / (1.0 / 3.0 + 2.0 * 3.0 / 3.0))


def test_the_running_value_is_null_while_the_signal_is_negative():
    found = running_noise_scale([3.0, 3.0], [1.0, 2.9], Batches(1, 2, 1), memory=0.1)
    assert np.isnan(found[0])
    assert found[1] > 0


@pytest.mark.parametrize(("small", "big"), [(8, 8), (8, 4), (0, 8)])
def test_one_micro_batch_shows_no_noise(small, big):
    with pytest.raises(UsageError) as caught:
        Batches(small, big, 128)
    assert caught.value.code == "E429"


def test_squared_norm_sums_in_float32_over_all_tensors():
    tree = {"a": jnp.full((200, 200), 0.1, jnp.bfloat16), "b": [jnp.array([3.0, -4.0])]}
    one = float(jnp.bfloat16(0.1)) ** 2
    assert float(squared_norms(tree)["a"]) == pytest.approx(40_000 * one, rel=1e-5)
    assert float(squared_norm(tree)) == pytest.approx(40_000 * one + 25.0, rel=1e-5)
