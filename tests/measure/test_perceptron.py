"""Pruning theory: against students of finite width, and its own limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

from isoflop.measure.perceptron import student

WIDTH, DRAWS = 80, 24


def simulated(alpha_tot, f, keep, seed=0):
    """Mean error of the hard-margin student over random draws (least-distance programming)."""
    rng = np.random.default_rng(seed)
    errors = []
    for _ in range(DRAWS):
        n = round(alpha_tot * WIDTH)
        teacher = np.eye(WIDTH)[0]
        x = rng.standard_normal((n, WIDTH))
        order = np.argsort(np.abs(x @ teacher))
        m = round(f * n)
        x = x[order[:m] if keep == "hard" else order[-m:]]
        z = x * np.sign(x @ teacher)[:, None]
        u, _ = nnls(np.vstack([z.T, np.ones(m)]), np.append(np.zeros(WIDTH), 1.0), maxiter=9999)
        w = z.T @ u
        errors.append(np.arccos(w @ teacher / np.linalg.norm(w)) / np.pi)
    return float(np.mean(errors)), float(np.std(errors) / np.sqrt(DRAWS))


@pytest.mark.parametrize(
    ("alpha_tot", "f", "keep"),
    [(2.0, 1.0, "hard"), (4.0, 0.5, "hard"), (2.0, 0.5, "easy"), (1.0, 0.5, "hard")],
)
def test_theory_meets_students_of_finite_width(alpha_tot, f, keep):
    """Tolerance: four standard errors of the mean, and 2% for the finite width."""
    mean, error = simulated(alpha_tot, f, keep)
    theory = student(alpha_tot, f, keep).error
    assert abs(mean - theory) < 4.0 * error + 0.02 * theory


def test_hard_examples_win_with_much_data_and_easy_ones_with_little():
    assert student(8.0, 0.5, "hard").error < student(8.0, 0.5, "easy").error
    assert student(0.5, 0.5, "easy").error < student(0.5, 0.5, "hard").error


def test_pruning_half_costs_nothing_with_plenty_of_data():
    assert student(16.0, 0.5).error == pytest.approx(student(16.0).error, rel=1e-4)


@pytest.mark.parametrize("keep", ["hard", "easy"])
def test_keeping_nearly_all_is_no_pruning(keep):
    assert student(3.0, 0.999999, keep).error == pytest.approx(student(3.0).error, rel=1e-4)


def test_random_choice_is_less_data():
    assert student(4.0, 0.25, "random") == student(1.0)
