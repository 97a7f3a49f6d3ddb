"""Choices at inference: samples of a small model, steps of a diffusion model."""

from __future__ import annotations

import numpy as np
import pytest

from isoflop.core.errors import PlanError
from isoflop.decide.repeated_sampling import Sampled, at_equal_cost
from isoflop.decide.sampling_budget import sampling_budget
from isoflop.fit.solve_rates import expected_pass_at_k


def test_equal_cost_gives_the_small_model_its_samples():
    small = Sampled(1e9, 500.0, lambda k: expected_pass_at_k(0.5, 2.0, k))
    large = Sampled(7e10, 1000.0, lambda k: expected_pass_at_k(1.0, 1.0, k))
    found = at_equal_cost(small, large)
    assert found.samples == 140  # 2*70e9*1000 / (2*1e9*500)
    assert found.large == pytest.approx(0.5)
    assert found.gain == pytest.approx(expected_pass_at_k(0.5, 2.0, np.array([140.0]))[0] - 0.5)
    before, at = expected_pass_at_k(
        0.5, 2.0, np.array([found.breaks_even_at - 1.0, found.breaks_even_at])
    )
    assert before < 0.5 <= at


def test_a_small_model_that_cannot_afford_one_sample_solves_nothing():
    small = Sampled(1e10, 1000.0, lambda k: 0.9 + 0.0 * k)
    large = Sampled(1e9, 1000.0, lambda k: 0.1 + 0.0 * k)
    found = at_equal_cost(small, large)
    assert (found.samples, found.small) == (0, 0.0)


def test_a_ceiling_below_the_goal_never_breaks_even():
    small = Sampled(1e9, 500.0, lambda k: 0.4 + 0.0 * k)
    large = Sampled(7e10, 500.0, lambda k: 0.6 + 0.0 * k)
    assert at_equal_cost(small, large).breaks_even_at is None


def test_small_models_win_small_budgets_and_large_ones_large():
    sizes = {
        1e8: {"q": 0.6, "a": 0.4, "b": 1.0},
        1e9: {"q": 0.8, "a": 0.9, "b": 1.0},
    }
    tight, wide = sampling_budget(sizes, 2e9), sampling_budget(sizes, 5e10)
    assert (tight.params, tight.steps) == (1e8, 20)
    assert (wide.params, wide.steps) == (1e9, 50)
    assert wide.quality == pytest.approx(0.8 - 0.9 / 50)
    assert [row[0] for row in tight.alternatives] == [1e8, 1e9]


def test_a_cost_below_one_step_is_refused():
    with pytest.raises(PlanError, match="single sampling step"):
        sampling_budget({1e9: {"q": 0.8, "a": 0.9, "b": 1.0}}, 1e8)
