"""Golden rows of the laws of learning rate and batch: B10 to B16 and B22."""

from __future__ import annotations

import math

import pytest

from isoflop.laws.catalogue import get_published, get_rule
from isoflop.testing.law_answers import matching_digits

FIVE, FOUR = 1e-5, 5e-5  # relative; section 11 of the catalogue: B11 to five digits, others four
PORIAN_SEQUENCE = 2048.0


def assert_digits(found: float, stated: float, tolerance: float) -> None:
    error = abs(found - stated) / abs(stated)
    message = f"{found:.9g} against {stated:.9g}: {matching_digits(error):.1f} digits match"
    assert error <= tolerance, message


def given(reference: str, **inputs: float) -> float:
    law, published = get_published(reference)
    return float(law.predict(inputs, published.values)[0])


@pytest.mark.parametrize(
    ("reference", "inputs", "stated", "tolerance"),
    [
        ("powerlines_tau", {"M": 1.0}, 1.084, FOUR),
        ("powerlines_tau", {"M": 20.0}, 0.22356, FOUR),
        ("powerlines_tau", {"M": 200.0}, 0.06643, 1e-4),
        ("step_law_lr", {"N_ne": 7e9, "D": 1.4e12}, 9.3468e-4, FIVE),
        ("step_law_lr", {"N_ne": 1e9, "D": 1e11}, 1.66238e-3, FIVE),
        ("step_law_batch", {"D": 1.4e12}, 4.99696e6, FIVE),
        ("step_law_batch", {"D": 1e11}, 1.10747e6, FIVE),
        ("step_law_lr@rounded", {"N_ne": 7e9, "D": 1.4e12}, 9.1656e-4, FIVE),
        ("step_law_lr@rounded", {"N_ne": 1e9, "D": 1e11}, 1.63250e-3, FIVE),
        ("step_law_batch@rounded", {"D": 1.4e12}, 4.99882e6, FIVE),
        ("step_law_batch@rounded", {"D": 1e11}, 1.10771e6, FIVE),
        ("deepseek_lr", {"C": 1e20}, 9.85998e-4, FOUR),
        ("deepseek_lr", {"C": 4.5e23}, 3.44528e-4, FOUR),
        ("deepseek_batch", {"C": 1e20}, 1.01714e6, FOUR),
        ("deepseek_batch", {"C": 4.5e23}, 1.59349e7, FOUR),
        ("porian_lr", {"N": 1.08e8}, 4.7443e-3, FOUR),
        ("porian_lr", {"N": 1e9}, 2.12913e-3, FOUR),
        ("porian_lr", {"N": 7e9}, 1.05674e-3, FOUR),
        ("porian_batch", {"N": 1.08e8}, 164.3 * PORIAN_SEQUENCE, 3e-4),  # printed to 4 digits
        ("porian_batch", {"N": 1e9}, 785.6 * PORIAN_SEQUENCE, 1e-4),
        ("porian_batch", {"N": 7e9}, 3085.4 * PORIAN_SEQUENCE, FOUR),
        ("minicpm_batch", {"L": 2.0}, 1.60088e7, FOUR),
        ("minicpm_batch", {"L": 2.5}, 3.97777e6, FOUR),
        ("minicpm_batch", {"L": 3.0}, 1.27511e6, FOUR),
        ("bjorck_lr", {"N": 7e9, "D": 1e12}, 1.08632e-4, FOUR),
        ("bjorck_lr", {"N": 1.3e9, "D": 1e11}, 3.34291e-4, FOUR),
        ("kaplan_lr", {"N_ne": 1e8}, 6.6934e-4, FOUR),
        ("kaplan_lr", {"N_ne": 1e9}, 3.4812e-4, FOUR),
    ],
)
def test_published_set_gives_the_golden_row(
    reference: str, inputs: dict[str, float], stated: float, tolerance: float
) -> None:
    assert_digits(given(reference, **inputs), stated, tolerance)


def test_kaplans_line_is_zero_at_twelve_billion_parameters() -> None:
    values = get_published("kaplan_lr")[1].values
    assert_digits(math.exp(values["a"] / values["b"]), 1.2126e10, FOUR)


def test_power_scheduler_gives_the_recalled_rate() -> None:
    # Numbers that could not be verified, so an example set only: 3.1e-3 at 1e12 tokens.
    found = given("power_scheduler@powersched2024", n=1e12, B_seq=1024.0)
    assert found == pytest.approx(3.1e-3, abs=5e-5)


def test_power_scheduler_never_exceeds_its_highest_rate() -> None:
    assert_digits(given("power_scheduler@powersched2024", n=1e8, B_seq=4096.0), 0.02, 1e-12)


def test_weight_decay_rule_gives_the_best_timescale_back() -> None:
    N, D, B, lr = 1e9, 2e10, 1e6, 1e-3
    found = get_rule("powerlines_decay")(N=N, D=D, B=B, lr=lr)
    tau = B / (lr * float(found["weight_decay"]) * D)
    assert_digits(tau, given("powerlines_tau", M=D / N), 1e-12)


def test_best_weight_decay_is_proportional_to_the_batch() -> None:
    rule = get_rule("powerlines_decay")
    small, large = (rule(N=1e9, D=2e10, B=B, lr=1e-3)["weight_decay"] for B in (1e5, 8e5))
    assert_digits(float(large / small), 8.0, 1e-12)


def test_deepseeks_batch_law_is_a_power_0_688_of_tokens() -> None:
    # D ~ C^0.4757 of deepseek2024
    assert_digits(get_published("deepseek_batch")[1].values["b"] / 0.4757, 0.688, 1e-3)
    assert_digits(get_published("deepseek_lr")[1].values["a"] / 0.4757, -0.263, 2e-3)


def test_a_tokenizer_change_of_a_tenth_moves_minicpms_batch_by_four_fifths() -> None:
    ratio = given("minicpm_batch", L=2.0) / given("minicpm_batch", L=2.2)
    assert ratio - 1.0 == pytest.approx(0.8, abs=0.02)


def test_horizon_rule_agrees_with_the_joint_law() -> None:
    ratio = given("bjorck_lr", N=1e9, D=1e12) / given("bjorck_lr", N=1e9, D=1e11)
    rule = float(get_rule("horizon_rate")(D=1e11, D_new=1e12)["lr_new"])
    assert_digits(rule, ratio, 1e-12)
