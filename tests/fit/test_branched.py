"""Branched detection: the rule by hand, on the noisy bowl, and under noise between seeds."""

from __future__ import annotations

import numpy as np
import pytest

from isoflop.core.errors import DataError
from isoflop.fit.branched import (
    branch_rate,
    critical_by_branches,
    detection_errors,
    smoothed_end,
)
from isoflop.laws.catalogue import get_rule
from isoflop.measure.quadratic import Bowl, evolve

CURVATURE = 1.0 / np.arange(1, 301.0)
BATCH, RATE, WINDOW = 2.0, 0.1, 2048.0  # examples; lr; examples of each branch
MULTIPLIERS = (1.0, 2.0, 4.0, 8.0, 16.0)
TOLERANCE = 0.01


def branch_ends() -> np.ndarray:
    """Smoothed final losses of branches after 100 steps of SGD on the noisy bowl."""
    square = np.ones(300)
    for _ in range(100):
        square = (1.0 - RATE * CURVATURE) ** 2 * square + RATE**2 * CURVATURE / BATCH
    bowl = Bowl(0.5 * CURVATURE, CURVATURE, CURVATURE, square)
    ends = []
    for k in MULTIPLIERS:
        steps = round(WINDOW / (k * BATCH))
        rates = np.full((steps, 1), branch_rate(RATE, k, "sgd"))
        noise = np.array([1.0 / (k * BATCH)])
        losses = evolve(bowl, rates, noise, logged=np.arange(1, steps + 1))[:, 0]
        ends.append(smoothed_end(losses))
    return np.array(ends)


@pytest.fixture(scope="module")
def ends():
    return branch_ends()


@pytest.mark.parametrize(
    ("losses", "multiplier", "at_edge"),
    [
        ([2.7, 2.7, 2.7, 2.7], 8.0, True),
        ([2.7, 2.69, 2.705, 2.75], 2.0, False),  # 2.705 is 0.015 above the best before
        ([2.7, 2.72, 2.70, 2.75], 4.0, False),  # a bad branch below does not stop a good one
        ([2.7, 2.71, 2.72, 2.73], 2.0, False),  # judged against the best, not the neighbour
    ],
)
def test_the_largest_branch_that_loses_nothing(losses, multiplier, at_edge):
    found = critical_by_branches(1e6, [1, 2, 4, 8], losses, tolerance=0.01 + 1e-12)
    assert (found.multiplier, found.at_edge) == (multiplier, at_edge)
    assert found.critical == multiplier * 1e6


def test_the_order_of_branches_does_not_matter():
    there = critical_by_branches(1.0, [1, 2, 4], [2.0, 2.0, 2.5])
    back = critical_by_branches(1.0, [4, 1, 2], [2.5, 2.0, 2.0])
    assert there.multiplier == back.multiplier == 2.0


def test_branches_of_the_noisy_bowl_lose_more_the_larger_their_batch(ends):
    found = critical_by_branches(BATCH, MULTIPLIERS, ends, tolerance=TOLERANCE)
    assert (np.diff(found.excess) > 0.0).all()
    assert 1.0 < found.multiplier < MULTIPLIERS[-1]
    wider = critical_by_branches(BATCH, MULTIPLIERS, ends, tolerance=3 * TOLERANCE)
    assert wider.multiplier > found.multiplier


def test_detection_is_within_one_grid_step_where_noise_is_half_the_tolerance(ends):
    truth = critical_by_branches(1.0, MULTIPLIERS, ends, tolerance=TOLERANCE).multiplier
    rng = np.random.default_rng(0)
    drawn = [
        critical_by_branches(
            1.0, MULTIPLIERS, ends + 0.5 * TOLERANCE * rng.normal(size=5), tolerance=TOLERANCE
        ).multiplier
        for _ in range(400)
    ]
    within = np.abs(np.log2(np.array(drawn) / truth)) <= 1.0
    assert within.mean() > 0.9


def test_false_positives_are_reported_and_rise_with_the_noise(ends):
    shares = [
        detection_errors(MULTIPLIERS, ends, noise, seed=0, tolerance=TOLERANCE)
        for noise in (0.0, 0.5 * TOLERANCE, 4.0 * TOLERANCE)
    ]
    assert shares[0] == (0.0, 0.0)
    too_large = [share[1] for share in shares]
    # the next branch is only 0.002 nat above the tolerance, so that a quarter pass by chance
    assert 0.0 < too_large[1] < too_large[2] < 0.35
    assert sum(shares[1]) < 0.55
    assert sum(shares[2]) > 0.65


def test_smoothing_is_an_exponential_average():
    assert smoothed_end([4.0, 2.0, 1.0]) == pytest.approx(0.5 * (0.5 * 4 + 0.5 * 2) + 0.5 * 1.0)


def test_rates_of_branches_follow_the_optimiser():
    assert branch_rate(0.1, 4.0) == pytest.approx(0.2)
    assert branch_rate(0.1, 4.0, "sgd") == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("multipliers", "losses"),
    [([2, 4], [1.0, 1.0]), ([1, 1], [1.0, 1.0]), ([1, 2], [1.0]), ([1], [np.nan]), ([], [])],
)
def test_branches_that_cannot_be_compared_are_refused(multipliers, losses):
    with pytest.raises(DataError) as caught:
        critical_by_branches(1.0, multipliers, losses)
    assert caught.value.code == "E533"


def test_the_warm_up_doubles_when_the_critical_batch_is_twice_as_large():
    """merrill2025's 1B run: 1024 sequences, then 2048, then 4096 at a plateau of 4096."""
    rule = get_rule("batch_warmup")
    batch, lr, seen = 1024.0, 4e-4, []
    for critical in (500.0, 1500.0, 2100.0, 4000.0, 4097.0, 4200.0, 4200.0):
        found = rule(B=batch, B_crit=critical, lr=lr)
        batch, lr = float(found["B_new"]), float(found["lr_new"])
        seen.append(batch)
    assert seen == [1024, 1024, 2048, 2048, 4096, 4096, 4096]
    assert lr == pytest.approx(2 * 4e-4)
