"""The numeric planner against closed forms, on ten thousand random laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from isoflop.core.arrays import FloatArray
from isoflop.decide.problem import Problem
from isoflop.decide.question import Request, question_for
from isoflop.laws.catalogue import get_law

N_LAWS = 10_000
AGREE = 1e-6  # relative, in the decision
CLOSED = {
    name: get_law(name).published[0].values
    for name in ("chinchilla", "minicpm", "overtraining", "gemstones2", "distillation_supervised")
}
# No coefficients of it were printed; the inner terms here are made up around k = 0.4.
CLOSED["skaling"] = {"E": 1.8, "A": 1e6, "alpha": 0.75, "B": 1e8, "beta": 0.8, "k": 0.4}


def random_laws(n: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Parameters (n, 5) of chinchilla with optima of 1 to 400 tokens a parameter, and budgets."""
    rng = np.random.default_rng(seed)
    E, A = rng.uniform(0.5, 3.0, n), np.exp(rng.uniform(3.0, 10.0, n))
    alpha = rng.uniform(0.15, 0.8, n)
    beta = alpha * rng.uniform(0.6, 1.6, n)
    budgets = np.exp(rng.uniform(np.log(1e18), np.log(1e25), n))
    ratio = np.exp(rng.uniform(0.0, 6.0, n))
    N = np.sqrt(budgets / 6.0 / ratio)
    B = alpha * A * N**-alpha / (beta * (ratio * N) ** -beta)
    return np.column_stack([E, A, alpha, B, beta]), budgets


def test_numeric_optimum_is_the_closed_form_on_ten_thousand_laws() -> None:
    sets, budgets = random_laws(N_LAWS, seed=1)
    closed = Problem(get_law("chinchilla"), sets)
    exact = closed.best(budgets)
    found = replace(closed, use_closed_form=False).best(budgets)
    np.testing.assert_allclose(found.N, exact.N, rtol=AGREE)
    np.testing.assert_allclose(found.D, exact.D, rtol=AGREE)


@pytest.mark.parametrize("name", CLOSED)
def test_numeric_optimum_is_the_closed_form_of_every_law_that_has_one(name: str) -> None:
    law = get_law(name)
    rng = np.random.default_rng(2)
    point = np.array([CLOSED[name][one] for one in law.parameter_names])
    sets = point * np.exp(rng.normal(0.0, 0.05, (1000, len(point))))
    budgets = np.exp(rng.uniform(np.log(1e19), np.log(1e22), len(sets)))
    closed = Problem(law, sets)
    exact = closed.best(budgets)
    inside = ~exact.is_edge
    found = replace(closed, use_closed_form=False).best(budgets)
    assert inside.sum() > 500
    np.testing.assert_allclose(found.N[inside], exact.N[inside], rtol=AGREE)


def test_target_inverse_is_the_closed_form_on_ten_thousand_laws() -> None:
    sets, budgets = random_laws(N_LAWS, seed=3)
    problem = Problem(get_law("chinchilla"), sets)
    reached = problem.best(budgets).loss
    np.testing.assert_allclose(problem.needed(reached), budgets, rtol=AGREE)


def test_cheapest_life_meets_its_first_order_condition_on_ten_thousand_laws() -> None:
    # L25 at a fixed training budget: a*A*N^-a = b*B*D^-b*(D + s)/D with D = C/(6 N); solved here
    # by bisection in ln N on the condition alone.
    sets, budgets = random_laws(N_LAWS, seed=4)
    _, A, alpha, B, beta = sets.T
    start = Problem(get_law("chinchilla"), sets).best(budgets)
    served = 3.0 * float(np.median(start.D))
    request = Request(training_cap=1.0, inference_tokens=served)
    shift = request.serving

    def surplus(log_size: FloatArray) -> FloatArray:
        N = np.exp(log_size)
        D = budgets / (6.0 * N)
        return alpha * A * N**-alpha - beta * B * D**-beta * (D + shift) / D

    low, high = np.log(start.N) - 16.0, np.log(start.N)
    for _ in range(80):
        middle = 0.5 * (low + high)
        too_small = surplus(middle) > 0.0
        low, high = np.where(too_small, middle, low), np.where(too_small, high, middle)
    N = np.exp(0.5 * (low + high))
    total = 6.0 * N * (budgets / (6.0 * N) + shift)
    inside = budgets / (6.0 * N**2) < 1e6
    problem = Problem(get_law("chinchilla"), sets, serving=shift)
    found = problem.best(total)
    assert inside.sum() > 9_000
    np.testing.assert_allclose(found.N[inside], N[inside], rtol=AGREE)


def test_the_question_spends_exactly_the_training_budget() -> None:
    sets, _ = random_laws(200, seed=5)
    request = Request(training_cap=1e22, inference_tokens=1e12)
    problem = Problem(get_law("chinchilla"), sets, serving=request.serving)
    total = question_for(request).compute(problem, request)
    best = problem.best(total)
    np.testing.assert_allclose(6.0 * best.N * best.D, 1e22, rtol=AGREE)


def test_few_and_many_parameter_sets_find_the_same_border() -> None:
    sets, budgets = random_laws(100, seed=6)
    problem = Problem(get_law("chinchilla"), sets, serving=1e11)
    reached = problem.best(budgets).loss
    many = problem.needed(reached)[:20]
    few = problem.only(slice(0, 20)).needed(reached[:20])
    np.testing.assert_allclose(few, many, rtol=1e-9)
