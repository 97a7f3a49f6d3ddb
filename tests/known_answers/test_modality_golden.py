"""Numbers stated for other modalities, merging and test time, and limits of their forms."""

from __future__ import annotations

import numpy as np
import pytest

from isoflop.laws.catalogue import get_law, get_rule
from isoflop.testing.law_answers import matching_digits


def assert_digits(found: float, stated: float, tolerance: float) -> None:
    error = abs(found - stated) / abs(stated)
    message = f"{found:.12g} against {stated:.12g}: {matching_digits(error):.1f} digits match"
    assert error <= tolerance, message


@pytest.mark.parametrize(
    ("symbol", "stated", "tolerance"),
    [
        ("N", 9.65e8, 1e-3),
        ("N", 958.3e6, 1e-2),  # as published, from unrounded constants
        ("loss", 0.6325, 2e-4),
        ("fid", 25.0, 5e-3),
    ],
)
def test_diffusion_transformer_at_1_5e21_flop(symbol: str, stated: float, tolerance: float) -> None:
    assert_digits(float(get_rule("dit_optimum")(C=1.5e21)[symbol]), stated, tolerance)


# The printed constants of the video laws, kept here because no unit makes all of them plausible.
VIDEO_LOSS = {"E": 0.4856, "N_c": 0.0082, "alpha": 0.3188, "D_c": 0.0373, "beta": 0.2917}
VIDEO_BATCH = {"a": 2.1797e4, "b": 0.8080, "c": 0.1906}


@pytest.mark.parametrize(("unit", "stated"), [(1e9, 0.893), (1e6, 0.535)])
def test_video_loss_depends_on_the_unit_assumed(unit: float, stated: float) -> None:
    at = {"N": 1.07e9 / unit, "D": 10e9 / unit}
    assert_digits(float(get_law("video_loss").predict(at, VIDEO_LOSS)[0]), stated, 1e-3)


@pytest.mark.parametrize(("unit", "stated"), [(1e9, 1.4e5), (1e6, 1.4e8)])
def test_video_batch_is_plausible_only_in_billions(unit: float, stated: float) -> None:
    at = {"N": 1.07e9 / unit, "D": 10e9 / unit}
    assert_digits(float(get_law("video_batch").predict(at, VIDEO_BATCH)[0]), stated, 0.02)


def test_wukongs_tiny_exponent_is_nearly_a_line_in_the_log() -> None:
    recalled = {"a": -100.0, "b": 99.56, "c": 0.00071}
    x = np.array([1.0, 10.0, 100.0])
    curve = get_law("recommender_quality").predict({"x": x}, recalled)
    line = -100.0 + 99.56 * (1.0 + 0.00071 * np.log(x))
    assert np.abs(curve - line).max() < 1e-3


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("molecule_metric", "x"),
        ("recommender_hit_rate", "C"),
        ("recommender_entropy", "C"),
        ("vision_pretraining", "images"),
    ],
)
def test_a_log_line_gains_b_each_factor_e(name: str, symbol: str) -> None:
    found = get_law(name).predict({symbol: [1e6, 1e6 * np.e]}, {"a": 0.5, "b": 0.02})
    assert found[1] - found[0] == pytest.approx(0.02, rel=1e-10)


def test_frontier_error_without_shift_and_floor_is_the_clip_law() -> None:
    C = [1e7, 1e10]
    plain = get_law("clip_error").predict({"C": C}, {"b": 3.0, "alpha": 0.11})
    same = {"E0": 0.0, "A": 3.0, "B": 0.0, "a": 0.11}
    assert get_law("frontier_error").predict({"C": C}, same) == pytest.approx(plain, rel=1e-14)


def test_merging_gains_fall_as_the_rule_says() -> None:
    v = {"E": 1.0, "B": 0.0, "beta": 0.3, "A0": 0.5, "gamma": 0.0, "b": 0.4}
    k = np.arange(1.0, 40.0)
    losses = get_law("expert_merge").predict({"N": 1e9, "k": k}, v)
    gains = losses[:-1] - losses[1:]
    cost = 0.003
    by_hand = int(k[np.argmax(gains < cost)])
    assert get_rule("experts_worth_merging")(A=0.5, b=0.4, cost=cost)["k"] == by_hand
    assert gains[0] == pytest.approx(0.5 / (1.4 * 2.4), rel=1e-12)


def test_rl_sigmoid_is_halfway_at_its_midpoint() -> None:
    v = {"R0": 0.2, "A": 0.61, "C_mid": 1e4, "B": 1.7}
    assert get_law("rl_sigmoid").predict({"C": [1e4]}, v)[0] == pytest.approx(0.405, rel=1e-14)


def test_pass_until_is_a_line_in_double_logs() -> None:
    N = np.array([1e8, 1e9, 1e10])
    p = get_law("pass_until").predict({"N": N}, {"c": 2000.0, "alpha": 0.35})
    slope = np.diff(np.log(-np.log(p))) / np.diff(np.log(N))
    assert slope == pytest.approx([-0.35, -0.35], rel=1e-10)


def test_a_second_circuit_makes_growth_faster_than_one_law_allows() -> None:
    N = np.geomspace(1e7, 1e10, 5)
    v = {"c1": 30.0, "alpha1": 0.1, "c2": 1e7, "alpha2": 0.8}
    y = np.log(-np.log(get_law("pass_circuits").predict({"N": N}, v)))
    assert np.diff(y, 2)[:2].min() < -0.1


def test_u_shape_falls_then_rises() -> None:
    v = {"a_true": 0.9, "a_distract": 0.5, "r": 0.2, "C_mid": 1e23, "s": 1.5}
    y = get_law("u_shape").predict({"C": np.geomspace(1e19, 1e25, 13)}, v)
    low = int(np.argmin(y))
    assert 0 < low < 12
    assert (np.diff(y)[:low] < 0).all()
    assert (np.diff(y)[low:] > 0).all()


def test_search_in_hex_trades_a_decade_for_1_2() -> None:
    v = {"p": -1.2, "q": 0.004, "r": 29.0}
    law = get_law("board_game_search")
    a, b = np.log10(law.predict({"C_train": [1e15, 1e16], "elo": 0.0}, v))
    assert b - a == pytest.approx(-1.2, rel=1e-10)
    assert a == pytest.approx(29.0 - 18.0, rel=1e-12)
