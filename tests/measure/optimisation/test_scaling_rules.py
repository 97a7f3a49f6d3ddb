"""Rules that move a recipe to another batch: worked numbers, inverses and limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoflop.core.errors import UsageError
from isoflop.measure.train import scaling_rules as rules
from isoflop.measure.train.batch_ramp import linear_ramp, next_batch

decays = st.floats(0.5, 0.9999)
batches = st.floats(1.0, 1e6)


def test_half_lives_in_tokens():
    # 0.95^13.51341 = 1/2; a step of 524,288 tokens
    assert rules.half_life(0.95, 524_288) == pytest.approx(7_084_917, rel=1e-6)
    assert rules.half_life(0.5, 1000) == pytest.approx(1000)


@given(decay=decays, batch=batches)
def test_a_half_life_gives_back_its_decay(decay, batch):
    assert rules.decay_of(rules.half_life(decay, batch), batch) == pytest.approx(decay)


@given(decay=decays, batch=batches, factor=st.floats(0.01, 100.0))
def test_a_rescaled_decay_keeps_the_half_life(decay, batch, factor):
    rescaled = rules.rescaled_decay(decay, factor)
    before = rules.half_life(decay, batch)
    assert rules.half_life(rescaled, batch * factor) == pytest.approx(before, rel=1e-6)


def test_beta2_of_a_single_sequence():
    # marek2025: 0.95 at 512 sequences has the half-life of 0.9999 at one
    assert rules.rescaled_decay(0.95, 1 / 512) == pytest.approx(0.99989982, abs=1e-8)


def test_the_square_root_rule_by_hand():
    found = rules.AdamNumbers(lr=1e-3, beta1=0.9, beta2=0.99, eps=1e-8).rescaled(4.0)
    assert (found.lr, found.beta1, found.beta2, found.eps) == pytest.approx((2e-3, 0.6, 0.96, 5e-9))


def test_the_square_root_rule_refuses_to_run_out_of_memory():
    with pytest.raises(UsageError, match="factor of 10,") as caught:
        rules.AdamNumbers(lr=1e-3, beta1=0.9, beta2=0.99, eps=1e-8).rescaled(16.0)
    assert caught.value.code == "E428"


def test_the_linear_rule_is_linear():
    assert rules.linear_rule(0.1, 32.0) == pytest.approx(3.2)


def test_a_rate_near_the_critical_batch_is_half_its_top_there():
    found = rules.rate_near_critical(0.8, np.array([1e-3, 64.0, 1e9]), 64.0)
    np.testing.assert_allclose(found, [0.8 * 1e-3 / 64.001, 0.4, 0.8], rtol=1e-6)


@given(batch=batches, critical=batches)
def test_steps_and_examples_lie_on_one_hyperbola(batch, critical):
    steps = rules.steps_to_target(np.array(batch), 100.0, critical)
    examples = rules.examples_to_target(np.array(batch), 100.0 * critical, critical)
    assert float(examples) == pytest.approx(float(steps) * batch)
    over = (float(steps) / 100.0 - 1.0) * (float(examples) / (100.0 * critical) - 1.0)
    assert over == pytest.approx(1.0, rel=1e-4)


def test_the_power_rule_by_hand():
    # 4.6 * 128 * (1e9)^-0.51 = 588.8 * 10^-4.59
    found = rules.power_rate(128, np.array([1e9]))
    np.testing.assert_allclose(found, [588.8 * 10**-4.59], rtol=1e-12)


def test_the_time_scale_of_adamw():
    share = rules.adamw_timescale(1e-3, 0.1, 100_000)
    assert share == pytest.approx(0.1)
    assert rules.decay_for_timescale(share, 1e-3, 200_000) == pytest.approx(0.05)


@pytest.mark.parametrize(("tokens", "batch"), [(0, 16), (450, 56), (1000, 104), (9999, 104)])
def test_a_ramp_is_linear_in_tokens_and_whole_in_micro_batches(tokens, batch):
    found = linear_ramp(tokens, first=16, last=104, ramp_tokens=1000, micro_batch=8)
    assert found == batch


@pytest.mark.parametrize(
    ("noise", "batch"),
    [(1.0, 64), (64 * 0.09, 64), (7.5, 88), (100.0, 128)],  # enough, just enough, a bit, capped x2
)
def test_the_next_batch_follows_the_noise_scale(noise, batch):
    assert next_batch(64, noise, largest=512, micro_batch=8, eta=0.3) == batch


def test_the_next_batch_stays_within_the_largest_and_never_shrinks():
    assert next_batch(64, 1e6, largest=96, micro_batch=8) == 96
    assert next_batch(64, 1e6, largest=32, micro_batch=8) == 64
