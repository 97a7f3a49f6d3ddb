"""Manifolds (W03), tickets (W05) and skills (W06): closed forms against draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import zeta

from isoflop.fit.fit_law import fit_law
from isoflop.measure.world import get_world
from isoflop.measure.worlds import lottery, quanta, sharma


@pytest.mark.parametrize("dimension", [2, 3])
def test_loss_of_many_pieces_is_curvature_times_distance(dimension):
    rng = np.random.default_rng(0)
    losses = [sharma.student_loss(dimension, 1, 20_000, rng) for _ in range(12)]
    error = 3 * np.std(losses) / np.sqrt(len(losses))
    closed = sharma.expected_loss(dimension, 20_000)
    assert np.mean(losses) == pytest.approx(closed, abs=error + 0.02 * closed)


def test_linear_pieces_beat_constant_ones():
    rng = np.random.default_rng(0)
    assert sharma.student_loss(3, 1, 5000, rng) < 0.1 * sharma.student_loss(3, 0, 5000, rng)


@pytest.mark.parametrize("tickets", [1, 30])
def test_ensemble_loss_is_bias_plus_variance_over_tickets(tickets):
    v = get_world("lottery").checked({"points": 100_000, "sigma": 3.0, "bias": 0.2})
    loss = lottery.ensemble_loss(tickets, v, np.random.default_rng(0))
    # The mean of n squares of a normal scatters by sqrt(2/n), here 0.45%.
    assert loss == pytest.approx(0.04 + 9.0 / tickets, rel=0.014)


@pytest.mark.parametrize(
    "settings", [{}, {"threshold": 3, "floor": 1.5}, {"skills": 1000}, {"alpha": 1.2}], ids=str
)
def test_simulated_skills_agree_with_the_expected_loss(settings):
    world = get_world("quanta")
    runs = world.simulate(0, draws=24, **settings).select("family=data")
    losses = runs.values("loss").reshape(-1, 24)
    expected = [
        quanta.expected_loss(1e12, d, world.checked(settings))
        for d in runs.values("tokens").reshape(-1, 24)[:, 0]
    ]
    common = np.array(expected) > 3e-3  # below, too few draws miss any skill
    error = (losses.std(axis=1) / np.sqrt(24))[common]
    assert (np.abs(losses.mean(axis=1) - expected)[common] < 4 * error).all()
    assert (error < 0.1 * np.array(expected)[common]).all()


@pytest.mark.parametrize("size", [30, 3000])
def test_a_small_model_learns_only_the_skills_it_can_hold(size):
    v = get_world("quanta").checked({})
    p = np.arange(1.0, size + 1.0) ** -1.5 / (zeta(1.5) - zeta(1.5, 1e9 + 1))
    learned = float(np.sum(p * -np.expm1(-1e4 * p)))
    assert quanta.expected_loss(size, 1e4, v) == pytest.approx(1 - learned, rel=1e-10)


def test_skills_beyond_those_simulated_enter_as_if_they_were(monkeypatch):
    world = get_world("quanta")
    v = world.checked({"skills": 30_000})
    whole = quanta.expected_loss(2e4, 1e5, v)
    monkeypatch.setattr(quanta, "ONE_BY_ONE", 3000)
    assert quanta.expected_loss(2e4, 1e5, v) == pytest.approx(whole, rel=1e-4)


def test_exponents_of_the_golden_case():
    truth = get_world("quanta").truth(alpha=0.5)
    assert truth["data"] == pytest.approx(1 / 3)
    # D*(N) ~ N^(1 + alpha), so N* ~ C^(1/(2 + alpha)).
    assert truth["allocation"] == pytest.approx(1 / 2.5)


def test_a_model_with_every_skill_loses_nothing_but_the_floor():
    v = get_world("quanta").checked({"skills": 1000, "floor": 1.5})
    assert quanta.expected_loss(1e6, 1e12, v) == pytest.approx(1.5, abs=1e-9)


def test_single_skills_are_steps_while_the_loss_is_smooth():
    runs = get_world("quanta").simulate(0).select("family=size")
    skill = runs.values("score/skill_100")
    assert set(skill) == {0.0, 1.0}
    assert np.sum(np.abs(np.diff(skill))) == 1
    assert np.ptp(np.diff(np.log(runs.values("loss")))) < 0.05


def test_exhausted_skills_break_the_law_where_they_run_out():
    """The rarest of 1000 skills is used once in 1000^1.5 zeta(1.5) = 8.3e4 uses."""
    runs = get_world("quanta").simulate(0, skills=1000).select("family=data", "loss>0")
    fit = fit_law(runs, "bnsl", axes={"x": "tokens"}, fixed={"a": 0.0}, resamples=0)
    assert fit.values["d1"] == pytest.approx(8.3e4, rel=0.5)
    assert fit.values["c1"] > 2.0
