"""Rules that move a recipe to another batch, against simulations that know nothing of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erf

from isoflop.core.errors import UsageError
from isoflop.laws.catalogue import get_law, get_rule
from isoflop.measure.quadratic import evolve, spectrum_of_bowl
from isoflop.measure.train.scaling_rules import AdamNumbers, half_life, rescaled_decay

BOWL = spectrum_of_bowl(dimensions=300, curvature=1.0, start=0.0, power=0.0)
MOMENTUM = 0.9


def momentum_curve(batch: float, rate: float, examples: float) -> np.ndarray:
    """Loss after shares of the examples, of SGD with momentum on the noisy bowl."""
    steps = round(examples / batch)
    logged = np.round(steps * np.array([0.25, 0.5, 0.75, 1.0])).astype(np.int64)
    rates = np.full((steps, 1), rate)
    noise = np.array([1.0 / batch])
    return evolve(BOWL, rates, noise, logged=logged, momentum=MOMENTUM)[:, 0]


@pytest.mark.parametrize("kappa", [2.0, 4.0])
def test_the_linear_rule_collapses_curves_far_below_the_critical_batch(kappa):
    rate = float(get_rule("linear_rule")(kappa=kappa, lr=0.002)["lr_new"])
    small, large = (
        momentum_curve(0.25, 0.002, 2048.0),
        momentum_curve(0.25 * kappa, rate, 2048.0),
    )
    np.testing.assert_allclose(large, small, rtol=0.03)


def test_the_linear_rule_separates_curves_above_the_critical_batch():
    small = momentum_curve(0.25, 0.002, 2048.0)
    large = momentum_curve(0.25 * 512, 0.002 * 512, 2048.0)
    assert large[-1] > 1.5 * small[-1]


def test_the_linear_rule_warms_up_and_corrects_the_velocity():
    rule = get_rule("linear_rule")
    found = rule(kappa=32.0, lr=0.1, epoch=np.array([0.0, 2.5, 5.0, 80.0]))
    np.testing.assert_allclose(found["lr_now"], [0.1, 1.65, 3.2, 3.2])
    assert (found["velocity"] == 32.0).all()


@pytest.mark.parametrize(
    ("given", "text"),
    [({"share": 1.5}, "critical"), ({"sharpness": 2.0, "momentum": 0.9}, "stability")],
)
def test_the_linear_rule_is_refused_beyond_its_limits(given, text):
    with pytest.raises(UsageError, match=text) as caught:
        get_rule("linear_rule")(kappa=32.0, lr=0.1, **given)
    assert caught.value.code == "E118"


def sign_descent(rng, batch: float, draws: int = 2000) -> float:
    """Best rate of one step of sign descent, from drawn signs, on a bowl of crossed curvature."""
    n, weak = 800, 0.01
    signs = np.sign(weak + rng.normal(size=(draws, n)) / np.sqrt(batch))
    gain = weak * signs.sum(axis=1).mean()
    total = signs.sum(axis=1)
    curved = n + np.mean(total**2 - n)  # H = 1 everywhere, also between coordinates
    return gain / curved


def test_the_surge_is_what_signs_on_a_crossed_bowl_do():
    rng = np.random.default_rng(0)
    n, weak = 800, 0.01
    batches = np.geomspace(0.2, 2000.0, 9)
    drawn = np.array([sign_descent(rng, batch) for batch in batches])
    expected = erf(weak * np.sqrt(batches / 2.0))
    exact = weak * n * expected / (n + (n**2 - n) * expected**2)
    np.testing.assert_allclose(drawn, exact, rtol=0.15)  # 3 standard errors of the draws
    # small signals: expected = sqrt(2 B/pi) weak, so the peak is where (n - 1) expected^2 = 1
    peak = np.pi / (2.0 * weak**2 * (n - 1))
    top = weak * n / (2.0 * n * np.sqrt(n - 1))
    law = get_law("surge").predict({"B": batches}, {"lr_max": top, "B_n": peak})
    np.testing.assert_allclose(law, exact, rtol=0.05)
    slopes = np.diff(np.log(exact)) / np.diff(np.log(batches))
    assert slopes[0] == pytest.approx(0.5, abs=0.06)
    assert slopes[-1] == pytest.approx(-0.5, abs=0.06)


def adam_curves(kappa: float, noise: np.ndarray, **other: float) -> np.ndarray:
    """Mean loss after quarters of the tokens, Adam on many one-dimensional noisy bowls."""
    old = {"lr": 4e-3, "beta1": 0.95, "beta2": 0.995, "eps": 1e-8}
    found = get_rule("adam_sde_rule")(kappa=kappa, **old) | other
    lr, b1, b2, eps = (float(found[f"{n}_new"]) for n in ("lr", "beta1", "beta2", "eps"))
    steps = round(len(noise) / (4.0 * kappa))
    joined = noise.reshape(steps, -1, noise.shape[1]).mean(axis=1)
    weights = np.full(noise.shape[1], 1.0)
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    losses = []
    for t, shake in enumerate(joined, start=1):
        gradient = weights + shake
        mean = b1 * mean + (1.0 - b1) * gradient
        square = b2 * square + (1.0 - b2) * gradient**2
        scale = np.sqrt(square / (1.0 - b2**t)) + eps
        weights = weights - lr * mean / (1.0 - b1**t) / scale
        losses.append(0.5 * np.mean(weights**2))
    return np.array(losses)[np.round(steps * np.array([0.25, 0.5, 0.75, 1.0])).astype(int) - 1]


@pytest.fixture(scope="module")
def shakes():
    # Of batches a quarter of the old one, whose noise is 20 times the gradient at the start.
    return np.random.default_rng(0).normal(scale=40.0, size=(16384, 1000))


@pytest.mark.parametrize("kappa", [0.25, 0.5, 2.0, 4.0])
def test_the_rule_of_adam_collapses_curves_over_tokens(shakes, kappa):
    np.testing.assert_allclose(adam_curves(kappa, shakes), adam_curves(1.0, shakes), rtol=0.02)


def test_the_linear_rule_does_not_collapse_curves_of_adam(shakes):
    linear, old = adam_curves(4.0, shakes, lr_new=1.6e-2), adam_curves(1.0, shakes)
    assert abs(linear[-1] / old[-1] - 1.0) > 0.2


def test_the_rule_of_adam_is_the_trainers_and_its_limit_is_named():
    found = get_rule("adam_sde_rule")(kappa=4.0, lr=1e-3, beta1=0.9, beta2=0.99, eps=1e-8)
    trainer = AdamNumbers(1e-3, 0.9, 0.99, 1e-8).rescaled(4.0)
    for name in ("lr", "beta1", "beta2", "eps"):
        assert float(found[f"{name}_new"]) == pytest.approx(getattr(trainer, name), rel=1e-12)
    with pytest.raises(UsageError, match="kappa below 10"):
        get_rule("adam_sde_rule")(kappa=10.5, beta1=0.9)


def test_the_rule_of_adam_keeps_rate_times_decay_times_steps():
    at = {"lr": 3e-4, "weight_decay": 0.1, "steps": 8e4}
    found = get_rule("adam_sde_rule")(kappa=2.5, **at)
    product = found["lr_new"] * found["weight_decay_new"] * found["steps_new"]
    assert float(product) == pytest.approx(3e-4 * 0.1 * 8e4, rel=1e-12)


def test_the_second_moment_is_as_sure_per_token_at_every_batch():
    rule = get_rule("beta2_half_life")
    rng = np.random.default_rng(1)
    per_token = []
    for batch in (1.0, 4.0, 16.0):
        beta2 = float(rule(beta2=0.98, batch_tokens=4.0, batch_tokens_new=batch)["beta2_new"])
        average = np.ones(20_000)
        for _ in range(round(2000.0 / batch)):  # many half-lives of 137 tokens
            average = beta2 * average + (1.0 - beta2) * rng.normal(size=20_000) ** 2
        per_token.append(np.var(average) / batch)
    # relative variance of a batch's squared gradient is 2, whatever the batch
    exact = np.array([2.0 * (1 - b) / (1 + b) for b in (0.98**0.25, 0.98, 0.98**4)])
    np.testing.assert_allclose(per_token, exact / [1.0, 4.0, 16.0], rtol=0.05)
    np.testing.assert_allclose(per_token, np.mean(per_token), rtol=0.05)


def test_the_rule_of_beta2_is_the_trainers():
    found = get_rule("beta2_half_life")(beta2=0.95, batch_tokens=524288, batch_tokens_new=1024)
    assert float(found["half_life"]) == pytest.approx(half_life(0.95, 524288), rel=1e-12)
    assert float(found["beta2_new"]) == pytest.approx(rescaled_decay(0.95, 1 / 512), rel=1e-12)


def test_both_rules_of_beta2_agree_to_first_order():
    kappa, forgotten = 3.0, 1e-5
    linear = float(get_rule("adam_sde_rule")(kappa=kappa, beta2=1 - forgotten)["beta2_new"])
    power = get_rule("beta2_half_life")(
        beta2=1 - forgotten, batch_tokens=1e4, batch_tokens_new=kappa * 1e4
    )
    assert float(power["beta2_new"]) == pytest.approx(linear, abs=(kappa * forgotten) ** 2)


def average_at_the_end(rate: float, kappa: float) -> float:
    """Of weights that fall by SGD under the linear rule from rate, an average over 0.2 of time."""
    rho = float(get_rule("ema_rule")(rho=1.0 - 5.0 * rate, kappa=kappa)["rho_new"])
    weight, average = 1.0, 1.0
    for _ in range(round(1.0 / (kappa * rate))):
        weight -= kappa * rate * weight
        average = rho * average + (1.0 - rho) * weight
    return average


def test_averages_of_a_linear_system_coincide_to_the_order_of_the_rate():
    gaps = [
        average_at_the_end(rate, 4.0) / average_at_the_end(rate, 1.0) - 1.0
        for rate in (1e-2, 1e-3, 1e-4)
    ]
    assert abs(gaps[2]) < 1e-3
    np.testing.assert_allclose([gaps[0] / gaps[1], gaps[1] / gaps[2]], 10.0, rtol=0.2)


def test_a_changed_average_says_when_to_doubt_it():
    found = get_rule("ema_rule")(rho=0.99, kappa=20.0)
    assert float(found["forgotten"]) == pytest.approx(0.2)
    assert float(found["rho_new"]) < 0.9
