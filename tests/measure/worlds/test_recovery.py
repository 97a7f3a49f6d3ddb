"""The engine recovers each world's exponents within the tolerance its entry states."""

from __future__ import annotations

import pytest

from isoflop.fit.fit_law import fit_law
from isoflop.measure.world import all_worlds, get_world
from isoflop.testing.world_recovery import recovered


def misses(found):
    return [item for item in found if not item.passed]


@pytest.mark.parametrize("name", [world.name for world in all_worlds()])
def test_exponents_at_default_settings(name):
    found = recovered(get_world(name), seed=0)
    assert found
    assert misses(found) == []


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("additive", {"alpha": 0.5, "beta": 0.28, "noise": 0.001}),
        ("bordelon", {"a": 1.5, "b": 1.2}),
        ("sharma", {"dimension": 3}),
        ("sharma", {"dimension": 6}),
        ("sharma", {"order": 0}),
        ("lottery", {"bias": 0.0, "sigma": 2.0}),
        ("quanta", {"alpha": 0.3, "skills": 1e12}),
        ("nqm", {"momentum": 0.8}),
        ("nqm", {"start": 0.8, "preconditioner": 0.3}),
    ],
    ids=str,
)
def test_exponents_at_other_settings(name, settings):
    assert misses(recovered(get_world(name), seed=1, **settings)) == []


def test_heavy_tails_slow_the_decay_to_that_of_stable_sums():
    (found,) = recovered(get_world("lottery"), seed=0, heaviness=1 / 1.5, bias=0.0, points=300)
    assert found.truth == pytest.approx(2 / 3)
    assert found.fitted < 0.9  # slower than 1
    assert found.fitted == pytest.approx(2 / 3, abs=0.1)  # heavy-tailed draws


@pytest.mark.parametrize(
    ("name", "size", "data"), [("bordelon", "size", "time"), ("quanta", "size", "data")]
)
def test_allocation_follows_from_the_fitted_exponents(name, size, data):
    """a = beta/(alpha + beta): more exactly known than either."""
    found = {item.exponent.name: item.fitted for item in recovered(get_world(name), seed=0)}
    share = found[data] / (found[size] + found[data])
    assert share == pytest.approx(get_world(name).truth()["allocation"], abs=0.02)


def test_an_additive_fit_of_the_joint_grid_finds_the_allocation():
    world = get_world("quanta")
    fit = fit_law(world.simulate(0).select("family=joint"), "chinchilla", resamples=0)
    share = fit.values["beta"] / (fit.values["alpha"] + fit.values["beta"])
    assert share == pytest.approx(world.truth()["allocation"], abs=0.05)


def test_loss_is_not_a_straight_line_in_log_compute_where_one_thing_limits():
    """The null model ``compute_only`` is blind to what limits: other families, other lines."""
    runs = get_world("bordelon").simulate(0)
    slopes = [
        fit_law(runs.select(f"family={name}"), "compute_only", resamples=0).values["p"]
        for name in ("time", "size")
    ]
    assert abs(slopes[0] - slopes[1]) > 0.1 * max(map(abs, slopes))


def test_floor_and_exponent_are_told_apart_by_the_learning_curve_law():
    runs = get_world("lottery").simulate(2)
    fit = fit_law(runs, "hestness", axes={"x": "params"}, resamples=0)
    assert fit.values["beta_g"] == pytest.approx(-1.0, abs=0.02)
    assert fit.values["gamma"] == pytest.approx(0.05**2, rel=0.1)
