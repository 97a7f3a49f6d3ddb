"""The fast sums of the curve laws against the definitions, step by step."""

from __future__ import annotations

import numpy as np
import pytest

from isoflop.core.errors import UsageError
from isoflop.laws.annealing import average_area, momentum_area, power_area
from isoflop.laws.catalogue import get_curve_law
from isoflop.laws.change_blocks import FEW
from isoflop.laws.course import Course
from isoflop.laws.schedule_shapes import SHAPES, Plan

N = 3000
DONE = np.arange(N) / N
RATES = {
    "cosine to zero": 0.5e-3 * (1.0 + np.cos(np.pi * DONE)),
    "line": 1e-3 * (1.0 - DONE),
    "root": 1e-3 * (1.0 - np.sqrt(DONE)),
    "waves": 1e-3 * (0.6 + 0.4 * np.cos(6.0 * np.pi * DONE)),
    "noise": 1e-3 * np.exp(0.5 * np.random.default_rng(0).normal(size=N)),
    "two steps": np.where(DONE < 0.4, 1e-3, np.where(DONE < 0.8, 3e-4, 1e-4)),
    "zero, then on": np.where((DONE > 0.5) & (DONE < 0.6), 0.0, 1e-3),
}
ASKED = np.unique(np.geomspace(1, N, 120).astype(int))


def plain_multi_power(course: Course, v: dict[str, float]) -> np.ndarray:
    """The O(T^2) sum as it is printed, a rate of zero as the scope of the law says."""
    losses = []
    for s in course.steps:
        total = 0.0
        for k in np.flatnonzero(course.changes[:s]):
            since = course.summed[s] - course.summed[k]
            rate = course.rates[k]
            bracket = float(since > 0.0)
            if rate > 0.0:
                bracket = 1.0 - (v["C"] * rate ** -v["gamma"] * since + 1.0) ** -v["beta"]
            total += course.changes[k] * bracket
        area = course.summed[s] + course.warmup_area
        losses.append(v["L0"] + v["A"] * area ** -v["alpha"] - v["B"] * total)
    return np.array(losses)


@pytest.mark.parametrize("key", RATES)
def test_blocks_of_changes_give_the_full_sum(key):
    """The worst-case bound of a block of width w is 1/2 0.37 ((gamma w + w)^2 + w^2)/4 of B times
    the total change; measured errors are tens of times below it."""
    law = get_curve_law("multi_power")
    values = dict(law.coefficients("mpl-400m").values)
    course = Course.of(RATES[key], ASKED)
    error = np.abs(law.losses(course, values) - plain_multi_power(course, values))
    assert error.max() < 1e-4
    moved = values["B"] * np.abs(course.changes).sum()
    assert error.max() < 0.5 * 0.37 * ((1.635 * 0.05) ** 2 + 0.05**2) / 4.0 * moved + 1e-12


def test_few_steps_are_summed_exactly():
    law = get_curve_law("multi_power")
    values = dict(law.coefficients("mpl-25m").values)
    course = Course.of(RATES["waves"], [70, 900, N][:FEW])
    exact = plain_multi_power(course, values)
    np.testing.assert_allclose(law.losses(course, values), exact, rtol=1e-12)


def test_asking_many_steps_at_once_changes_nothing():
    law = get_curve_law("multi_power")
    values = dict(law.coefficients("mpl-25m").values)
    every = law.losses(Course.of(RATES["line"]), values)
    np.testing.assert_allclose(
        every[ASKED - 1], law.losses(Course.of(RATES["line"], ASKED), values)
    )


@pytest.mark.parametrize("key", ["waves", "zero, then on"])
@pytest.mark.parametrize(
    ("area", "parameter", "kernel"),
    [
        (momentum_area, 0.98, lambda d: 0.98**d),
        (average_area, 0.98, lambda d: 0.02 * 0.98**d),
        (power_area, 0.6, lambda d: (1.0 + d) ** -0.6),
    ],
    ids=["momentum", "average", "power"],
)
def test_areas_are_the_double_sums(area, parameter, kernel, key):
    changes = Course.of(RATES[key][::10]).changes
    n = len(changes)
    weights = kernel(np.arange(n, dtype=float))
    momentum = [sum(changes[k] * weights[i - k] for k in range(i + 1)) for i in range(n)]
    found, slope = area(changes, parameter)
    np.testing.assert_allclose(found, np.cumsum(momentum), atol=1e-15 * n)
    h = 1e-6
    numeric = (area(changes, parameter + h)[0] - area(changes, parameter - h)[0]) / (2 * h)
    np.testing.assert_allclose(slope, numeric, rtol=1e-5, atol=1e-6 * np.abs(slope).max())


@pytest.mark.parametrize("name", [name for name in SHAPES if name != "wsd_halving"])
def test_named_schedules_are_those_of_the_trainer(name):
    pytest.importorskip("jax")
    from isoflop.measure.train.schedule import get_schedule

    plan = Plan(name, 700, 2e-3, warmup=40, decay=0.25)
    trained = get_schedule(name).shape(np.arange(700), 700.0, 40.0, 0.25)
    np.testing.assert_allclose(plan.rates, 2e-3 * np.asarray(trained, float), atol=2e-8)


@pytest.mark.parametrize(
    ("rates", "steps"),
    [
        ([], None),
        ([1e-3, np.nan], None),
        ([0.0, 1e-3], None),
        ([1.0, 1.0], [0]),
        ([1.0, 1.0], [2, 1]),
    ],
)
def test_a_course_that_cannot_be_is_refused(rates, steps):
    with pytest.raises(UsageError) as refused:
        Course.of(rates, steps)
    assert refused.value.code == "E536"


def test_a_law_of_sizes_refuses_a_course_without_one():
    with pytest.raises(UsageError) as refused:
        get_curve_law("wang_power").losses(Course.of([1e-3, 5e-4]), {})
    assert refused.value.code == "E537"
