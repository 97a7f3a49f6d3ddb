"""Every curve law keeps its contract: exact derivatives, bounds, sources, causality."""

from __future__ import annotations

import numpy as np
import pytest

from isoflop.core.sources import sources
from isoflop.laws.catalogue import all_members, get_curve_law
from isoflop.laws.course import Course
from isoflop.laws.curve_law import CurveLaw
from isoflop.laws.schedule_shapes import Plan

LAWS = [member.name for member in all_members() if isinstance(member, CurveLaw)]
STEP = 1e-6  # relative, of central differences
VALUES = {
    "tissue": {"L0": 2.0, "A": 0.5, "alpha": 0.5, "C": 0.4, "lam": 0.97},
    "tissue_size": {
        "L0": 1.5, "A": 0.5, "alpha": 0.5, "B": 30.0, "beta": 0.3, "C": 0.02, "r": 0.15, "lam": 0.97
    },
    "multi_power": {
        "L0": 2.4, "A": 0.65, "alpha": 0.43, "B": 520.0, "C": 2.0, "beta": 0.6, "gamma": 0.63
    },
    "wang_momentum": {
        "E": 1.5, "A": 0.5, "a_s": 0.5, "B": 30.0, "a_n": 0.3, "C": 9.0, "lam": 0.97
    },
    "wang_power": {"E": 1.5, "A": 0.5, "a_s": 0.5, "B": 30.0, "a_n": 0.3, "C": 2.0, "p": 0.7},
}  # fmt: skip


def courses():
    cosine = Plan("cosine_tenth", 300, 1e-3).rates
    wave = 1e-3 * (0.6 + 0.4 * np.cos(np.arange(300) / 20.0))
    asked = np.arange(20, 301, 20)
    return {
        "falling": Course.of(cosine, asked, warmup_area=0.02, size=1e6),
        "rising and falling": Course.of(wave, asked, before=0.0, size=1e6),
    }


@pytest.mark.parametrize("kind", courses())
@pytest.mark.parametrize("name", LAWS)
def test_gradient_is_that_of_the_formula(name, kind):
    law, course, values = get_curve_law(name), courses()[kind], VALUES[name]
    exact = law.gradient(course, values)
    assert tuple(sorted(exact)) == tuple(sorted(law.parameter_names))
    numeric = {}
    for parameter in law.parameter_names:
        h = STEP * values[parameter]
        up, down = (
            law.formula(course, values | {parameter: values[parameter] + d}) for d in (h, -h)
        )
        numeric[parameter] = (up - down) / (2.0 * h)
    for parameter, slope in numeric.items():
        scale = np.abs(slope).max()
        np.testing.assert_allclose(exact[parameter], slope, rtol=1e-6, atol=1e-6 * scale)


@pytest.mark.parametrize("kind", courses())
@pytest.mark.parametrize("name", LAWS)
def test_gradient_in_the_rates_is_that_of_the_last_loss(name, kind):
    law, whole, values = get_curve_law(name), courses()[kind], VALUES[name]
    course = Course.of(
        whole.rates, [280], warmup_area=whole.warmup_area, before=whole.before, size=1e6
    )
    exact = law.rate_gradient(course, values)
    places = [0, 1, 57, 150, 278, 279, 280, 299]

    def loss(i: int, change: float) -> float:
        rates = np.array(course.rates)
        rates[i] += change
        moved = Course.of(
            rates, [280], warmup_area=course.warmup_area, before=course.before, size=1e6
        )
        return float(law.formula(moved, values)[0])

    h = 1e-9
    numeric = [(loss(i, h) - loss(i, -h)) / (2.0 * h) for i in places]
    np.testing.assert_allclose(exact[places], numeric, rtol=2e-5, atol=2e-5 * np.abs(exact).max())
    assert np.all(exact[280:] == 0.0)


@pytest.mark.parametrize("name", LAWS)
def test_later_rates_do_not_change_earlier_losses(name):
    law, course, values = get_curve_law(name), courses()["falling"], VALUES[name]
    changed = np.array(course.rates)
    changed[200:] *= 0.1
    other = Course.of(changed, course.steps, warmup_area=course.warmup_area, size=1e6)
    np.testing.assert_allclose(
        law.losses(other, values)[:10], law.losses(course, values)[:10], rtol=1e-12
    )
    assert law.losses(other, values)[-1] != law.losses(course, values)[-1]


@pytest.mark.parametrize("name", LAWS)
def test_loss_is_linear_in_what_is_declared_linear(name):
    law, course, values = get_curve_law(name), courses()["falling"], VALUES[name]
    slopes = law.gradient(course, values)
    summed = sum(values[parameter] * slopes[parameter] for parameter in law.linear)
    np.testing.assert_allclose(summed, law.formula(course, values), rtol=1e-12)


@pytest.mark.parametrize("name", LAWS)
def test_declaration_is_complete(name):
    law = get_curve_law(name)
    bounds = {p.name: (p.low, p.high) for p in law.parameters}
    assert all(low < high for low, high in bounds.values())
    assert all(p.unit and p.meaning for p in law.parameters)
    assert set(law.starts) == set(law.parameter_names) - set(law.linear)
    assert all(bounds[n][0] <= x <= bounds[n][1] for n, at in law.starts.items() for x in at)
    used = {law.source, *(item.source for item in law.published)}
    assert used <= set(sources())
    for item in law.published:
        assert set(item.values) == set(law.parameter_names)
        assert all(bounds[n][0] <= x <= bounds[n][1] for n, x in item.values.items())
    assert law.about
    assert law.scope
    assert law.formula_text
    assert law.latex
