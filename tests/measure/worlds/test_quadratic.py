"""The noisy quadratic bowl (W07): exact recursion, three regions of the batch, schedules."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import least_squares

from isoflop.core.runs import Runs
from isoflop.fit.fit_law import fit_law
from isoflop.measure.quadratic import Bowl, evolve, spectrum_of_bowl
from isoflop.measure.world import get_world
from isoflop.measure.worlds import nqm

NOISE = 64.0
TARGET = 0.2  # share of the initial loss
BATCHES = 2.0 ** np.arange(8, 15)


@pytest.mark.parametrize(
    ("momentum", "averaging", "power"), [(0.0, 0.0, 0.0), (0.7, 0.9, 0.0), (0.5, 0.0, 0.5)]
)
def test_recursion_is_the_mean_of_noisy_descents(momentum, averaging, power):
    axes = np.arange(1.0, 6.0)
    h, start = axes**-1.0, axes**-0.5
    bowl = Bowl(0.5 * h, h ** (1 - power), h ** (1 - 2 * power), start)
    rates = np.linspace(0.3, 0.1, 60)[:, None]
    exact = evolve(
        bowl,
        rates,
        np.array([0.2]),
        logged=np.array([5, 60]),
        momentum=momentum,
        averaging=averaging,
    )[:, 0]
    rng, n = np.random.default_rng(0), 20_000
    theta = np.repeat(np.sqrt(start)[None], n, axis=0)
    velocity, average, found = np.zeros_like(theta), theta.copy(), []
    for rate in rates[:, 0]:
        noise = np.sqrt(0.2 * h) * rng.standard_normal(theta.shape)
        velocity = momentum * velocity + h**-power * (h * theta + noise)
        theta = theta - rate * velocity
        average = averaging * average + (1 - averaging) * theta
        found.append(float(np.mean(average**2 @ (0.5 * h))))
    # Relative error of a mean over 20,000 descents is below 0.7% (chi-square of one axis).
    assert [found[4], found[59]] == pytest.approx(exact, rel=0.03)


def test_constant_rate_has_its_geometric_closed_form():
    bowl = spectrum_of_bowl(dimensions=500, curvature=1.0, start=0.5, power=0.0)
    rate, steps, noise = 0.4, 200, 0.3
    (found,) = evolve(bowl, np.full((steps, 1), rate), np.array([noise]), logged=np.array([steps]))[
        0
    ]
    shrink = (1 - rate * bowl.pull) ** 2
    floor = rate**2 * noise * bowl.shake / (1 - shrink)
    square = shrink**steps * (bowl.start - floor) + floor
    assert found == pytest.approx(float(square @ bowl.weight), rel=1e-10)


def test_blocks_of_axes_stand_for_the_axes_in_them():
    blocks = spectrum_of_bowl(dimensions=5000, curvature=1.0, start=0.5, power=0.0)
    i = np.arange(1.0, 5001.0)
    axes = Bowl(0.5 / i, 1 / i, 1 / i, i**-0.5)
    rates, noise, logged = np.full((300, 1), 0.5), np.array([0.1]), np.array([1, 30, 300])
    losses = [evolve(bowl, rates, noise, logged=logged)[:, 0] for bowl in (blocks, axes)]
    assert losses[0] == pytest.approx(losses[1], rel=2e-3)


@pytest.fixture(scope="module")
def steps_to_target():
    """Steps to a fifth of the initial loss at the best constant rate, for every batch."""
    bowl = spectrum_of_bowl(dimensions=10_000, curvature=1.0, start=0.0, power=0.0)
    shares = 0.98 * 2.0 ** -np.arange(0, 7, 0.25)
    logged = np.unique(np.round(np.geomspace(1, 2048, 250)).astype(np.int64))
    rates = np.tile(shares * bowl.largest_rate(0.0), len(BATCHES))
    noise = np.repeat(NOISE / BATCHES, len(shares))
    losses = evolve(bowl, np.repeat(rates[None], 2048, axis=0), noise, logged=logged)
    target = TARGET * float(bowl.weight @ bowl.start)
    reached = [_first_below(logged, column, target) for column in losses.T]
    return np.min(np.reshape(reached, (len(BATCHES), -1)), axis=1)


def _first_below(steps, losses, target):
    hits = np.flatnonzero(losses <= target)
    if len(hits) == 0:
        return np.inf
    j = int(hits[0])
    return float(
        np.exp(np.interp(-np.log(target), -np.log(losses[: j + 1]), np.log(steps[: j + 1])))
    )


def test_steps_against_batch_are_a_hyperbola_up_to_four_critical_batches(steps_to_target):
    """B02: S = S_min (1 + B_crit/B), within the catalogue's 5%."""

    def residuals(p, inside):
        hyperbola = p[0] + np.log1p(np.exp(p[1]) / BATCHES)
        return (np.log(steps_to_target) - hyperbola)[inside]

    inside = np.ones(len(BATCHES), dtype=bool)
    for _ in range(4):  # which batches are small enough depends on the fit
        fitted = least_squares(residuals, [5.0, 7.0], args=(inside,)).x
        inside = 4 * np.exp(fitted[1]) >= BATCHES
    assert inside.sum() >= 4
    assert np.abs(residuals(fitted, inside)).max() < 0.05


def test_batches_go_from_perfect_scaling_to_no_gain(steps_to_target):
    """B05: S falls with the batch, tokens to target never do, and the gain fades."""
    gains = -np.diff(np.log2(steps_to_target))
    assert (gains > 0).all()
    assert (np.diff(steps_to_target * BATCHES) > 0).all()
    assert gains[0] > 0.85  # nearly one halving for a doubling
    assert gains[-1] < 0.2


def test_first_half_of_a_constant_curve_predicts_the_second():
    """L07, within the catalogue's 2%."""
    curve = get_world("nqm").curves(0).select("family=noiseless", "step>=8")
    table = Runs(curve.table, curve.conventions, curve.provenance)
    early, late = table.select(f"step<={nqm.STEPS // 2}"), table.select(f"step>{nqm.STEPS // 2}")
    fit = fit_law(early, "shifted_power", axes={"x": "step"}, fixed={"E": 0.0}, resamples=0)
    forecast = fit.law.predict({"x": late.values("step")}, fit.values)
    assert forecast == pytest.approx(late.values("loss"), rel=0.02)


def test_annealing_law_learnt_on_two_schedules_predicts_a_third():
    """S03 fitted on constant and cosine forecasts the decay of a third within 1% of the loss."""
    curves = get_world("nqm").curves(0, floor=2.0)
    late = nqm.LOGGED > nqm.STEPS // 20
    steps = nqm.LOGGED[late] - 1
    losses, areas = {}, {}
    for name in ("constant", "cosine", "wsd"):
        (run,) = [r for r in curves.run_ids if r.startswith(f"schedule-{name}")]
        losses[name] = curves.of(run).values("loss")[late]
        areas[name] = [area[steps] for area in _areas(nqm.schedule_shape(name, nqm.STEPS), 0.99)]

    def predicted(p, name):
        forward, annealed = areas[name]
        return p[0] + p[1] * forward ** -p[2] - p[3] * annealed

    def residuals(p):
        return np.concatenate([predicted(p, n) - losses[n] for n in ("constant", "cosine")])

    fitted = least_squares(residuals, [2.0, 1.0, 0.5, 1e-3], x_scale=[1.0, 1.0, 0.1, 1e-3]).x
    assert predicted(fitted, "wsd") == pytest.approx(losses["wsd"], rel=0.01)
    assert losses["wsd"][-1] < losses["constant"][-1]  # the decay gains


def _areas(shape, momentum):
    """Forward area S1 and annealing area S2 of tissue2024, (steps,) each."""
    falls = np.concatenate([[shape[0]], shape[:-1]]) - shape
    carried = np.zeros(len(shape))
    total = 0.0
    for step, fall in enumerate(falls):
        total = momentum * total + fall
        carried[step] = total
    return np.cumsum(shape), np.cumsum(carried)


def test_noise_share_of_the_loss_is_inverse_to_the_batch():
    runs = get_world("nqm").simulate(0).select("family=batch")
    loss, batch = runs.values("loss"), runs.values("batch_tokens")
    slopes = np.diff(loss) / np.diff(1 / batch)
    assert slopes == pytest.approx(np.full(len(slopes), slopes[0]), rel=1e-8)
