"""Numbers stated for transfer and fine-tuning laws come back from their coefficients."""

from __future__ import annotations

import math

import numpy as np
import pytest

from isoflop.decide.finetune_switch import switch_point
from isoflop.fit.transferred_data import Trained, transferred_data
from isoflop.laws.catalogue import get_law, get_published
from isoflop.testing.law_answers import matching_digits


def assert_digits(found: float, stated: float, tolerance: float) -> None:
    error = abs(found - stated) / abs(stated)
    message = f"{found:.12g} against {stated:.12g}: {matching_digits(error):.1f} digits match"
    assert error <= tolerance, message


def loss(key: str, x: float, D_f: float) -> float:
    law, published = get_published(f"finetune_joint@{key}")
    return float(law.predict({"x": x, "D_f": D_f}, published.values)[0])


def values(key: str) -> dict[str, float]:
    return dict(get_published(f"finetune_joint@{key}")[1].values)


def test_three_million_characters_of_python_are_worth_73_times_as_much() -> None:
    law, published = get_published("effective_data@text-to-python")
    moved = float(law.predict({"D_F": 3e6, "N_ne": 4e7}, published.values)[0])
    assert_digits(moved, 2.2e8, 0.03)  # stated with two digits
    assert_digits((3e6 + moved) / 3e6, 73.0, 5e-3)


@pytest.mark.parametrize(
    ("key", "x", "examples", "stated"),
    [
        ("en-de-full-params", 1e9, 1e6, 1.0656),
        ("en-de-full-params", 16e9, 4.5e6, 0.8096),
        ("en-de-lora-params", 1e9, 1e5, 1.0956),
    ],
)
def test_joint_fine_tuning_loss(key: str, x: float, examples: float, stated: float) -> None:
    assert_digits(loss(key, x, examples), stated, 6e-5)


def test_switch_point_of_the_rounded_table() -> None:
    found = switch_point(values("en-de-full-params"), values("en-de-prompt-params"), 1e9)
    assert_digits(found.H, 1.1e15, 0.03)  # the paper prints 3.7e14 from unrounded values
    assert_digits(found.g, -1.2, 0.02)


def test_slope_of_the_switch_to_lora() -> None:
    found = switch_point(values("en-de-full-params"), values("en-de-lora-params"), 1e9)
    assert_digits(found.g, -2.4, 0.04)  # rounded exponents


def test_switch_point_is_where_the_whole_laws_meet() -> None:
    full, prompt = values("en-de-full-params"), values("en-de-prompt-params")
    found = switch_point(full, prompt, 1e9)
    assert found.examples is not None
    assert loss("en-de-full-params", 1e9, found.examples) == pytest.approx(
        loss("en-de-prompt-params", 1e9, found.examples), rel=1e-12
    )
    assert found.better_beyond == 0
    beyond = 2.0 * found.examples
    assert loss("en-de-full-params", 1e9, beyond) < loss("en-de-prompt-params", 1e9, beyond)


def test_without_floors_the_closed_form_is_the_root() -> None:
    full, prompt = values("en-de-full-params"), values("en-de-prompt-params")
    found = switch_point(full | {"E": 0.0}, prompt | {"E": 0.0}, 1e9)
    assert found.examples is not None
    assert_digits(found.examples, found.H * 1e9**found.g, 1e-9)


@pytest.mark.parametrize("task", ["en-de", "en-zh", "mlsum"])
@pytest.mark.parametrize("method", ["full", "prompt", "lora"])
def test_a_larger_model_returns_more_than_longer_pre_training(task: str, method: str) -> None:
    by_size, by_tokens = (values(f"{task}-{method}-{axis}") for axis in ("params", "tokens"))
    assert by_size["alpha"] > by_tokens["alpha"]
    assert (by_size["E"], by_size["beta"]) == (by_tokens["E"], by_tokens["beta"])


def test_rectified_law_starts_at_b_over_d_l_and_ends_as_a_power() -> None:
    law = get_law("rectified")
    v = {"E": 1.0, "B": 50.0, "D_l": 20.0, "beta": 0.5}
    small, large = law.predict({"D_f": [1e-30, 1e16]}, v)
    assert small == pytest.approx(1.0 + 50.0 / 20.0, rel=1e-12)
    assert large - 1.0 == pytest.approx(50.0 / 1e8, rel=1e-6)
    plain = get_law("finetune_power").predict({"D_f": [1e4]}, {"E": 1.0, "A": 50.0, "beta": 0.5})
    none_learnt = law.predict({"D_f": [1e4]}, v | {"D_l": 0.0})
    assert none_learnt == pytest.approx(plain, rel=1e-14)


def test_bleu_law_is_a_line_in_logs_when_its_power_is_one() -> None:
    found = get_law("bleu_log_power").predict(
        {"D_p": [1e8, 1e9]}, {"A": 10.0, "alpha": 0.5, "beta": 1.0}
    )
    assert found[1] - found[0] == pytest.approx(0.5 * math.log(10.0), rel=1e-12)


def test_data_transferred_is_recovered_from_curves() -> None:
    k, alpha, beta = 1.9e4, 0.18, 0.38
    sizes = np.array([1e7, 4e7, 2e8])
    N, D = (a.ravel() for a in np.meshgrid(sizes, np.geomspace(1e5, 1e12, 60)))

    def from_scratch(n, d):
        return 5.0 * n**-0.05 + 300.0 * d**-0.3

    N_f, D_f = (a.ravel() for a in np.meshgrid(sizes, np.geomspace(1e5, 1e7, 5)))
    reached = from_scratch(N_f, D_f + k * D_f**alpha * N_f**beta)
    found = transferred_data(Trained(N, D, from_scratch(N, D)), Trained(N_f, D_f, reached))
    assert (found.n_beyond, found.n_negative, found.n_ossified) == (0, 0, 0)
    assert found.alpha == pytest.approx(alpha, abs=1e-3)
    assert found.beta == pytest.approx(beta, abs=1e-3)
    assert found.k == pytest.approx(k, rel=0.03)  # interpolation of the curves
    assert found.exchange_rate == pytest.approx(alpha / beta, rel=5e-3)
    assert found.multiplier(4e7, 3e6) == pytest.approx(73.0, rel=0.01)


def test_ossified_negative_and_unreachable_runs_are_counted() -> None:
    sizes = np.array([1e7, 1e8])
    N, D = (a.ravel() for a in np.meshgrid(sizes, np.geomspace(1e5, 1e10, 30)))

    def from_scratch(d):
        return 300.0 * d**-0.3

    N_f, D_f = (a.ravel() for a in np.meshgrid(sizes, np.geomspace(1e5, 1e6, 3)))
    good = Trained(N_f, D_f, from_scratch(D_f + 1e3 * D_f**0.5))
    odd_D = np.array([5e9, 1e6, 1e6])  # too much data; no gain; better than any run from scratch
    odd_loss = np.array([from_scratch(6e9), from_scratch(5e5), 1e-9])
    both = Trained(
        np.append(good.N, [1e7] * 3), np.append(good.D, odd_D), np.append(good.loss, odd_loss)
    )
    found = transferred_data(Trained(N, D, from_scratch(D)), both)
    assert (found.n_ossified, found.n_negative, found.n_beyond) == (1, 1, 1)
    assert found.used.sum() == 6
    assert found.alpha == pytest.approx(0.5, abs=1e-6)
