"""Schedules: end points, warm-up, continuity, and the closed forms of their decays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isoflop.core.errors import UsageError
from isoflop.core.members import find_members
from isoflop.measure.train.scaling_rules import power_rate
from isoflop.measure.train.schedule import decay_start, get_schedule, schedule_names

jax = pytest.importorskip("jax")

NAMES = schedule_names()
SHAPES = {name: jax.jit(get_schedule(name).shape) for name in NAMES}
ENDS = dict.fromkeys(NAMES, 0.0) | {"constant": 1.0, "cosine_tenth": 0.1}

lengths = st.integers(20, 5000)
parts = st.floats(0.02, 0.4)


def factors(name: str, total: int, warmup: int, decay_fraction: float = 0.2) -> np.ndarray:
    steps = np.arange(5001)  # one shape, compiled once
    found = SHAPES[name](steps, float(total), float(warmup), decay_fraction)
    return np.asarray(found, float)[: total + 1]


def test_every_file_of_the_family_declares_the_schedule_of_its_name():
    members = find_members("isoflop.measure.train.schedules", "SCHEDULE")
    assert tuple(member.name for member in members) == NAMES


def test_a_misspelt_schedule_suggests_the_nearest():
    with pytest.raises(UsageError, match="cosine"):
        get_schedule("cosin")


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30, deadline=None)
@given(total=lengths, warm=parts, decay=parts)
def test_a_schedule_rises_linearly_to_one_and_never_again(name, total, warm, decay):
    warmup = max(1, int(warm * total))
    found = factors(name, total, warmup, decay)
    np.testing.assert_allclose(found[:warmup], np.arange(1, warmup + 1) / warmup, rtol=1e-5)
    assert found[warmup - 1] == pytest.approx(1.0)
    assert np.all(np.diff(found[warmup - 1 :]) <= 1e-6)
    assert np.all((found[:-1] > 0) & (found[:-1] <= 1 + 1e-6))
    assert found[-1] == pytest.approx(ENDS[name], abs=1e-5)  # of float32 steps


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20, deadline=None)
@given(warm=parts, decay=parts)
def test_a_schedule_makes_no_jump(name, warm, decay):
    """Between neighbouring steps it moves less than the steepest of the shapes, a square root."""
    total = 5000
    warmup = max(20, int(warm * total))
    found = factors(name, total, warmup, decay)
    assert np.abs(np.diff(found)).max() <= max(1 / warmup, 1.01 / np.sqrt(decay * total))


@pytest.mark.parametrize("name", NAMES)
def test_without_warm_up_the_first_step_is_at_the_top(name):
    assert factors(name, 100, 0)[0] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("name", "half_way"),
    [
        ("cosine", 0.5),
        ("cosine_tenth", 0.55),
        ("linear", 0.5),
        ("constant", 1.0),
        ("wsd", 1.0),
        ("wsd_linear", 1.0),
        ("inverse_sqrt", np.sqrt(100 / 601)),
        ("power", (601 / 100) ** -0.51),
    ],
)
def test_half_way_after_warm_up(name, half_way):
    assert factors(name, 1100, 100)[600] == pytest.approx(half_way, rel=1e-5)


@pytest.mark.parametrize(("name", "power"), [("wsd", 0.5), ("wsd_linear", 1.0)])
def test_the_decay_of_wsd_is_a_power_of_its_progress(name, power):
    found = factors(name, 1000, 50, 0.2)
    start = int(decay_start(1000, 0.2))
    assert np.all(found[50 : start + 1] == 1.0)
    done = np.arange(0, 201) / 200
    np.testing.assert_allclose(found[start:], 1 - done**power, atol=2e-6)


@pytest.mark.parametrize("name", [n for n in NAMES if not get_schedule(n).bound_to_total])
def test_a_trunk_serves_every_length(name):
    short, long = factors(name, 1000, 50, 0.2), factors(name, 4000, 50, 0.2)
    np.testing.assert_allclose(short[:800], long[:800], rtol=1e-6)


@pytest.mark.parametrize("name", [n for n in NAMES if get_schedule(n).bound_to_total])
def test_a_schedule_bound_to_its_length_is_another_one_for_a_longer_run(name):
    assert factors(name, 1000, 50)[500] < factors(name, 4000, 50)[500] - 0.1


@pytest.mark.parametrize("name", NAMES)
def test_the_decay_fraction_matters_exactly_where_it_is_declared(name):
    differs = not np.array_equal(factors(name, 1000, 50, 0.1), factors(name, 1000, 50, 0.3))
    assert differs == get_schedule(name).uses_decay_fraction


def test_the_power_schedule_is_the_papers_rule_before_its_decay():
    batch, batch_tokens, warmup = 32, 32 * 128, 40
    tokens = np.arange(1, 2001) * batch_tokens
    top = power_rate(batch, np.asarray(warmup * batch_tokens))
    found = float(top) * factors("power", 2000, warmup, 0.1)[:2000]
    np.testing.assert_allclose(found[40:1800], power_rate(batch, tokens)[40:1800], rtol=1e-5)
