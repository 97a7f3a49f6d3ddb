"""Adaptive batches: the identity of the front, the gain on the noisy bowl, and rounding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoflop.decide.batch_schedule import adaptive_batches, front, plan_batches
from isoflop.laws.catalogue import get_rule

CURVATURE = 1.0 / np.arange(1, 201.0)
CAUTION = 0.03  # share of the best rate, so that steps are many


@given(
    values=st.lists(st.tuples(st.floats(1.0, 1e3), st.floats(1e3, 1e6)), min_size=1, max_size=20),
    price=st.floats(1e2, 1e8),
)
def test_the_smooth_schedule_lies_on_the_front_of_gamma(values, price):
    stretch, critical = (np.array(column) for column in zip(*values, strict=True))
    ends, plan = front(stretch, critical), adaptive_batches(stretch, critical, price, hold=None)
    product = (plan.steps / ends.steps_min - 1.0) * (plan.tokens / ends.tokens_min - 1.0)
    assert product == pytest.approx(ends.gamma, rel=1e-6)
    assert ends.gamma <= 1.0 + 1e-12
    rule = get_rule("adaptive_batch")(B_crit=critical, r=price)["B"]
    np.testing.assert_allclose(plan.batch, rule, rtol=1e-12)


@given(batch=st.floats(1e3, 1e6))
def test_a_constant_batch_on_a_constant_critical_batch_has_gamma_one(batch):
    stretch, critical = np.full(10, 5.0), np.full(10, 3e4)
    assert front(stretch, critical).gamma == pytest.approx(1.0)
    plan = plan_batches(stretch, critical, batch)
    assert plan.steps == pytest.approx(50.0 * (1.0 + 3e4 / batch))
    assert plan.tokens == pytest.approx(plan.steps * batch)


def test_a_tenfold_critical_batch_gains_a_tenth():
    stretch = np.ones(20_000)
    gamma = front(stretch, np.geomspace(1.0, 10.0, 20_000)).gamma
    log_ten = np.log(10.0)
    exact = (2.0 * (np.sqrt(10.0) - 1.0) / log_ten) ** 2 / (9.0 / log_ten)
    assert gamma == pytest.approx(exact, rel=1e-4)
    assert 1.0 - gamma == pytest.approx(0.10, abs=0.01)


def greedy(batch_of):
    """(steps, examples, noise scales) of SGD on the noisy bowl, a fixed share of the best rate."""
    square = np.ones(len(CURVATURE))
    steps, examples, scales = 0, 0.0, []
    while (CURVATURE * square).sum() > 0.42 * CURVATURE.sum():
        curved = (CURVATURE**3 * square).sum()
        scale = (CURVATURE**2).sum() / curved
        batch = batch_of(scale)
        rate = CAUTION * (CURVATURE**2 * square).sum() / curved / (1.0 + scale / batch)
        square = (1.0 - rate * CURVATURE) ** 2 * square + rate**2 * CURVATURE / batch
        steps, examples = steps + 1, examples + batch
        scales.append(scale)
    return steps, examples, np.array(scales)


def test_on_the_noisy_bowl_the_gain_is_that_of_gamma():
    steps_min, _, scales = greedy(lambda scale: 1e12)
    examples_min = greedy(lambda scale: 0.25)[1]
    assert scales[-1] > 30.0 * scales[0]

    def product(batch_of):
        steps, examples, _ = greedy(batch_of)
        return (steps / steps_min - 1.0) * (examples / examples_min - 1.0)

    constant = np.mean([product(lambda scale, b=b: b) for b in (4.0, 8.0, 16.0, 32.0)])
    adaptive = np.mean(
        [product(lambda scale, r=r: np.sqrt(r * scale)) for r in (2.0, 8.0, 32.0, 128.0)]
    )
    assert constant == pytest.approx(1.0, abs=0.1)
    gamma = front(np.ones(len(scales)), scales).gamma
    assert adaptive / constant == pytest.approx(gamma, abs=0.1)
    assert adaptive < 0.8 * constant


def test_batches_are_powers_of_two_and_are_held():
    stretch, critical = np.full(400, 100.0), np.geomspace(1e4, 1e6, 400)
    plan = adaptive_batches(stretch, critical, 1e5, hold=1000.0)
    assert (np.log2(plan.batch) % 1.0 == 0.0).all()
    assert (np.diff(plan.batch) >= 0.0).all()
    assert len(np.unique(plan.batch)) == 4  # 2^15 to 2^18
    steps = stretch * (1.0 + critical / plan.batch)
    changes = np.flatnonzero(np.diff(plan.batch)) + 1
    assert all(part.sum() >= 1000.0 for part in np.split(steps, changes)[:-1])
    smooth = adaptive_batches(stretch, critical, 1e5, hold=None)
    assert plan.steps == pytest.approx(smooth.steps, rel=0.1)
    assert plan.tokens == pytest.approx(smooth.tokens, rel=0.1)


def test_a_hold_longer_than_the_run_keeps_the_first_batch():
    plan = adaptive_batches(np.ones(50), np.geomspace(1e4, 1e6, 50), 1e5, hold=1e9)
    assert len(np.unique(plan.batch)) == 1
