"""Golden numbers of the laws and rules of the batch: noise scale, hyperbola, 20% rule, surge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoflop.core.errors import UsageError
from isoflop.laws.catalogue import get_law, get_rule
from isoflop.measure.train import scaling_rules
from isoflop.testing.law_answers import matching_digits

positive = st.floats(1e-3, 1e3)


def assert_digits(found: float, stated: float, tolerance: float) -> None:
    error = abs(found - stated) / abs(stated)
    message = f"{found:.12g} against {stated:.12g}: {matching_digits(error):.1f} digits match"
    assert error <= tolerance, message


def predict(name, inputs, **values):
    return float(get_law(name).predict(inputs, values)[0])


@pytest.mark.parametrize(
    ("batch", "steps", "tokens"), [(1e4, 110_000, 1.1e9), (1e5, 2e4, 2e9), (1e6, 11_000, 1.1e10)]
)
def test_the_hyperbola_gives_steps_and_tokens(batch, steps, tokens):
    found = predict("hyperbola", {"B": batch}, S_min=1e4, B_crit=1e5)
    assert_digits(found, steps, 1e-12)
    assert_digits(found * batch, tokens, 1e-12)


@given(batch=st.floats(0.05, 20.0), steps_min=st.floats(1.0, 1e6), critical=st.floats(1.0, 1e8))
def test_the_product_of_both_excesses_is_one(batch, steps_min, critical):
    size = batch * critical
    steps = predict("hyperbola", {"B": size}, S_min=steps_min, B_crit=critical)
    product = (steps / steps_min - 1.0) * (steps * size / (steps_min * critical) - 1.0)
    assert_digits(product, 1.0, 1e-12)


@given(batch=st.floats(1e3, 1e7), critical=st.floats(1e3, 1e7))
def test_the_trainers_rule_is_the_same_hyperbola(batch, critical):
    found = float(scaling_rules.steps_to_target(np.array(batch), 100.0, critical))
    stated = predict("hyperbola", {"B": batch}, S_min=100.0, B_crit=critical)
    assert found == pytest.approx(stated, rel=1e-12)


@given(step_seconds=positive, p_time=positive, p_data=positive)
def test_no_batch_is_cheaper_than_the_cheapest(step_seconds, p_time, p_data):
    rule = get_rule("cost_time_batch")
    found = rule(S_min=1e4, B_crit=1e5, step_seconds=step_seconds, p_time=p_time, p_data=p_data)

    def cost(batch):
        steps = 1e4 * (1.0 + 1e5 / batch)
        return p_data * steps * batch + p_time * steps * step_seconds

    assert cost(float(found["B"])) == pytest.approx(float(found["cost"]), rel=1e-12)
    assert min(cost(float(found["B"]) * 1.01), cost(float(found["B"]) / 1.01)) > found["cost"]


def test_the_noise_scale_of_a_quadratic_is_that_of_its_best_step():
    rng = np.random.default_rng(0)
    basis = rng.normal(size=(6, 6))
    hessian = basis @ basis.T
    sigma = np.diag(rng.uniform(0.5, 2.0, 6))
    gradient = rng.normal(size=6)
    curved = float(gradient @ hessian @ gradient)
    scale = get_rule("noise_scale")(
        G2=float(gradient @ gradient),
        spread=float(np.trace(sigma)),
        GHG=curved,
        H_spread=float(np.trace(hessian @ sigma)),
    )
    batch = 3.0
    step = get_rule("noise_step")(
        B=batch,
        B_noise=scale["B_noise"],
        lr_max=scale["lr_max"],
        drop_max=scale["drop_max"],
    )

    def drop(lr):  # of a quadratic, in the mean over gradient noise
        noise = float(np.trace(hessian @ sigma)) / batch
        return lr * float(gradient @ gradient) - 0.5 * lr**2 * (curved + noise)

    assert drop(float(step["lr_best"])) == pytest.approx(float(step["drop_best"]), rel=1e-12)
    assert drop(float(step["lr_best"]) * 1.001) < step["drop_best"]
    assert drop(float(step["lr_best"]) * 0.999) < step["drop_best"]


def test_the_noise_scale_takes_twice_the_steps_and_the_data():
    found = predict("hyperbola", {"B": 7e5}, S_min=100.0, B_crit=7e5)
    assert found == pytest.approx(200.0, rel=1e-12)
    assert found * 7e5 == pytest.approx(2 * 100.0 * 7e5, rel=1e-12)


@pytest.mark.parametrize(
    ("ratio", "stated"), [(0.01, 0.198020), (1.0, 1.0), (4.0, 0.8), (100.0, 0.198020)]
)
def test_the_surge_by_ratio_to_its_peak(ratio, stated):
    found = predict("surge", {"B": ratio * 3e5}, lr_max=1.0, B_n=3e5)
    assert_digits(found, stated, 2e-6)


@pytest.mark.parametrize(("ratio", "sign"), [(0.1, -1.0), (10.0, 1.0)])
def test_the_best_rate_turns_with_tokens_where_the_batch_is_critical(ratio, sign):
    """Below the critical batch (ratio < 1) more tokens lower the best rate, above they raise it."""
    tokens = 1e10
    at = {"lr_max": 1e-3, "c": 1e-4, "q": 1.0}
    batch = ratio * at["c"] * tokens
    later = predict("time_transfer", {"B": batch, "D": tokens * 1.01}, **at)
    now = predict("time_transfer", {"B": batch, "D": tokens}, **at)
    slope = np.log(later / now) / np.log(1.01)
    assert np.sign(slope) == sign
    assert abs(slope) == pytest.approx(0.5 * (10.0 - 1.0) / (10.0 + 1.0), abs=0.005)


def test_the_peak_of_the_rate_moves_with_tokens_to_the_power_q():
    at = {"lr_max": 1e-3, "c": 2.0, "q": 0.5}
    batch = np.geomspace(1e3, 1e8, 4001)
    law = get_law("time_transfer")
    rates = [law.predict({"B": batch, "D": np.full(4001, d)}, at) for d in (1e10, 1e12)]
    peaks = [float(batch[np.argmax(rate)]) for rate in rates]
    assert peaks[1] / peaks[0] == pytest.approx(10.0, rel=0.01)


def test_examples_of_the_20_percent_rule_are_shown_and_never_a_default():
    tokens, size = get_law("cbs_tokens"), get_law("cbs_size")
    assert all(item.example for law in (tokens, size) for item in law.published)
    with pytest.raises(UsageError):
        tokens.coefficients()
    by_name = tokens.coefficients("zhang2024")
    assert float(tokens.predict({"D": 1e10}, by_name.values)[0]) == pytest.approx(
        22.91 * 10**0.47, rel=1e-12
    )
    assert float(size.predict({"N": 85e6}, size.coefficients("zhang2024").values)[0]) == (
        pytest.approx(93.20 * 85**0.47, rel=1e-12)
    )


@given(
    D=st.floats(1e4, 1e8),
    B=st.floats(1.0, 1e3),
    T=positive,
    V=positive,
    s=st.floats(0.1, 2.0),
)
def test_the_balance_of_learning_and_noise_is_a_minimum(D, B, T, V, s):
    lr = float(get_rule("functional_balance")(D=D, B=B, T=T, V=V, s=s)["lr"])

    def loss(rate):
        return T * (rate * D / B) ** -s + V * rate / B

    assert loss(lr) < min(loss(1.01 * lr), loss(lr / 1.01))
    doubled = float(get_rule("functional_balance")(D=D, B=2 * B, T=T, V=V, s=s)["lr"])
    assert doubled == pytest.approx(2.0 * lr)  # the linear rule


def test_the_functional_law_depends_on_time_and_on_noise_alone():
    law = get_law("functional_scaling")
    at = {"E": 1.0, "A": 2.0, "T": 3.0, "V": 0.5, "W": 0.7, "s": 0.8, "be": 1.5}
    one, two = (
        law.predict({"N": 1e4, "lr": lr, "B": B, "S": S}, at)[0]
        for lr, B, S in ((0.1, 32.0, 1e5), (0.2, 64.0, 5e4))
    )
    assert one == pytest.approx(two, rel=1e-14)  # the linear rule at a fixed number of tokens
    time, noise = 0.1 * 1e5, 0.1 / 32.0
    by_hand = 1.0 + 2.0 * 1e4**-1.2 + 3.0 * time**-0.8 + noise * (0.5 + 0.7 * time ** (1 / 1.5 - 2))
    assert one == pytest.approx(by_hand, rel=1e-14)
