"""The best schedule under a curve law: better than the usual ones, never rising, settled."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from isoflop.core.errors import UsageError
from isoflop.decide.schedule_optimum import ScheduleOptimum, best_schedule, peak_of, shape_of
from isoflop.fit.curve_fit.curve_fit import CurveFit
from isoflop.laws.catalogue import get_curve_law
from isoflop.laws.course import Course

PEAK = 3e-4


@cache
def optimum(steps: int = 3000, warmup: int = 0) -> ScheduleOptimum:
    return best_schedule(
        CurveFit.published("multi_power@mpl-400m"), steps=steps, peak=PEAK, warmup=warmup
    )


def final_loss(rates: np.ndarray) -> float:
    law = get_curve_law("multi_power")
    values = law.coefficients("mpl-400m").values
    return float(law.losses(Course.of(rates, [len(rates)]), values)[0])


def test_it_beats_every_usual_schedule():
    found = optimum()
    assert {"cosine", "linear", "constant", "wsd 10%", "wsd 20%"} <= set(found.others)
    assert found.loss < min(found.others.values())
    assert final_loss(found.rates) == pytest.approx(found.loss, rel=1e-12)


def test_it_never_rises_and_stays_between_zero_and_the_peak():
    rates = optimum().rates
    assert (np.diff(rates) <= 0.0).all()
    assert rates[-1] >= 0.0
    assert rates[0] == pytest.approx(PEAK, rel=1e-6)


def test_no_schedule_drawn_around_it_is_better():
    """Mixtures with random falling schedules, small and large."""
    found, rng = optimum(), np.random.default_rng(0)
    ways = np.sort(rng.uniform(0.0, PEAK, (40, len(found.rates))) ** rng.uniform(0.3, 3, (40, 1)))
    ways = PEAK * ways[:, ::-1] / ways.max(axis=1, keepdims=True)
    shares = np.tile([1e-3, 1e-2, 0.1, 0.5], 10)
    losses = [final_loss((1 - s) * found.rates + s * w) for s, w in zip(shares, ways, strict=True)]
    assert min(losses) >= found.loss - 1e-6
    assert found.gap < 5e-4


def test_it_is_stable_then_decay_with_a_power_between_line_and_square():
    """mpl2025: the optimum looks like WSD with a power-law decay; wsd 10-20% comes nearest."""
    shape = optimum().shape
    assert 0.05 < shape.decay < 0.25
    assert 1.0 < shape.exponent < 2.5
    assert shape.last < 0.05
    nearest = min(optimum().others, key=optimum().others.get)
    assert nearest.startswith("wsd")


def test_warm_up_is_kept_as_it_is():
    found = optimum(2000, 200)
    np.testing.assert_allclose(found.rates[:200], PEAK * np.arange(1, 201) / 200)
    assert found.rates[200] == pytest.approx(PEAK, rel=1e-6)
    assert len(found.rates) == 2000


def test_under_the_linear_law_it_is_nearly_a_cliff():
    """tissue: the gain of a fall that has paid out is linear, so nothing is gained by gradual ones
    once the kernel has run out: the rate falls over about 1/(1 - lam) steps."""
    fit = CurveFit(
        law=get_curve_law("tissue"),
        values={"L0": 2.0, "A": 0.5, "alpha": 0.5, "C": 0.5, "lam": 0.98},
        draws=np.empty((0, 5)),
        evidence={"peak": (1e-4, 1e-3)},
    )
    found = best_schedule(fit, steps=2000, peak=peak_of(fit))
    share = found.rates / 1e-3
    assert found.loss < min(found.others.values())
    assert ((share > 0.02) & (share < 0.98)).sum() < 100


@pytest.mark.parametrize("exponent", [0.7, 1.0, 2.0])
def test_the_shape_of_a_known_decay_is_read_back(exponent):
    done = np.clip((np.arange(4000) - 3200) / 800, 0.0, 1.0)
    shape = shape_of((1.0 - done) ** exponent)
    assert shape.decay == pytest.approx(0.2, abs=0.005)
    assert shape.exponent == pytest.approx(exponent, rel=0.03)


def test_a_run_too_short_to_decay_keeps_its_rate():
    """In so few steps no decay pays: the constant rate is the optimum, and is found."""
    found = optimum(60)
    assert found.loss <= min(found.others.values())
    np.testing.assert_allclose(found.rates[:-1], PEAK, rtol=1e-3)


@pytest.mark.parametrize(
    "change", [{"steps": 2}, {"steps": 100, "warmup": 99}, {"steps": 100, "knots": 2}]
)
def test_what_leaves_no_choice_is_refused(change):
    fit = CurveFit.published("multi_power@mpl-400m")
    with pytest.raises(UsageError) as refused:
        best_schedule(fit, **({"peak": PEAK} | change))
    assert refused.value.code == "E539"


def test_published_constants_do_not_know_a_peak():
    with pytest.raises(UsageError) as refused:
        peak_of(CurveFit.published("multi_power@mpl-25m"))
    assert refused.value.code == "E539"
