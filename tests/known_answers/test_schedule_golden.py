"""Published numbers of the curve laws and of the cooldown rules."""

from __future__ import annotations

import numpy as np
import pytest

from isoflop.laws.catalogue import get_curve_law, get_rule
from isoflop.laws.course import Course
from isoflop.laws.schedule_shapes import Plan
from isoflop.testing.law_answers import matching_digits

RATES = np.array([1e-3] * 6 + [8e-4, 6e-4, 4e-4, 2e-4])  # the schedule of the S03 golden row


def assert_digits(found: float, stated: float, tolerance: float) -> None:
    error = abs(found / stated - 1.0)
    assert error <= tolerance, (
        f"{found:.10g}, stated {stated:.10g}: {matching_digits(error):.1f} digits"
    )


@pytest.mark.parametrize(
    ("lam", "area"), [(0.9, 0.0018098), (0.99, 0.0019800998), (0.999, 0.001998001), (1.0, 0.002)]
)
def test_annealing_area_with_momentum(lam, area):
    alone = {"L0": 0.0, "A": 0.0, "alpha": 0.5, "C": 1.0, "lam": lam}
    found = -float(get_curve_law("tissue").losses(Course.of(RATES), alone)[-1])
    assert_digits(found, area, 5e-10)


def test_forward_area():
    assert_digits(float(Course.of(RATES).area[-1]), 0.008, 1e-14)


def test_multi_power_drop_and_loss_with_the_constants_of_400m():
    law = get_curve_law("multi_power")
    values = dict(law.coefficients("mpl-400m").values)
    assert_digits(float(law.losses(Course.of(RATES), values)[-1]), 7.5181233, 7e-9)
    drop = -float(law.losses(Course.of(RATES), values | {"L0": 0.0, "A": 0.0})[-1])
    assert_digits(drop, 0.04669487, 1e-7)


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("mpl-25m", (3.040, 0.525, 0.508, 363.788, 2.066, 0.583, 0.641)),
        ("mpl-100m", (2.651, 0.601, 0.453, 437.946, 2.132, 0.598, 0.655)),
        ("mpl-400m", (2.375, 0.654, 0.429, 523.425, 2.025, 0.594, 0.635)),
    ],
)
def test_multi_power_presets_are_as_printed(key, values):
    law = get_curve_law("multi_power")
    assert tuple(law.coefficients(key).values[name] for name in law.parameter_names) == values


@pytest.mark.parametrize("f", [0.25, 0.5, 0.75])
def test_cooldowns_by_name_are_those_of_the_rules(f):
    """Rates of a run whose decay is 100 steps long, f of the way down."""
    steps, step = 1000, 900 + int(100 * f)
    rule = get_rule("haegele_cooldown")(f=f)
    halved = get_rule("minicpm_decay")(f=f)
    named = {
        name: Plan(name, steps, 1.0, decay=0.1).rates[step]
        for name in ("wsd", "wsd_linear", "wsd_halving")
    }
    assert named["wsd"] == pytest.approx(float(rule["one_minus_sqrt"]), rel=1e-12)
    assert named["wsd_linear"] == pytest.approx(float(rule["linear"]), rel=1e-12)
    assert named["wsd_halving"] == pytest.approx(float(halved["factor"]), rel=1e-12)
