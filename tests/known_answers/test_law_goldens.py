"""Golden numbers of the catalogue: published coefficients give what their sources state."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from isoflop.laws.algebra import power
from isoflop.laws.catalogue import get_law, get_published
from isoflop.laws.closed_forms import additive_g
from isoflop.laws.loss.kaplan_compute import composite_exponent
from isoflop.laws.loss.kaplan_joint import enough_tokens
from isoflop.testing.law_contract import matching_digits

SIX = 5e-6  # relative; half a unit in the sixth digit of the least favourable number
FARSEER_SIZES = ((1e9, 0.3127), (7e9, 0.2036), (25.1e9, 0.1445))


def assert_digits(found: float, stated: float, tolerance: float) -> None:
    error = abs(found - stated) / abs(stated)
    message = f"{found:.12g} against {stated:.12g}: {matching_digits(error):.1f} digits match"
    assert error <= tolerance, message


def loss_of(reference: str, inputs: Mapping[str, float]) -> float:
    law, published = get_published(reference)
    return float(law.predict(inputs, published.values)[0])


def optimum_of(reference: str, C: float) -> dict[str, float]:
    law, published = get_published(reference)
    assert law.optimum is not None
    values = {name: np.asarray(value) for name, value in published.values.items()}
    return {s: float(v) for s, v in law.optimum(values, np.asarray(C), 6.0).items()}


def g_of(reference: str) -> float:
    values = get_published(reference)[1].values
    A, B = np.asarray(values["A"]), np.asarray(values["B"])
    alpha = np.asarray(values["alpha"])
    return float(additive_g(A, alpha, B, np.asarray(values.get("beta", alpha))))


@pytest.mark.parametrize(
    ("reference", "inputs", "stated"),
    [
        ("kaplan_params", {"N": 1e8}, 2.82996),
        ("kaplan_params", {"N": 1e9}, 2.37564),
        ("kaplan_data", {"D": 1e10}, 2.26244),
        ("kaplan_compute@kaplan2020-cmin", {"C": 8.64e19}, 2.65808),
        ("kaplan_joint", {"N": 1e9, "D": 2.2e10}, 2.36932),
        ("kaplan_joint", {"N": 1e8, "D": 1e9}, 2.956734),
        ("kaplan_joint", {"N": 1e8, "D": 1e300}, 2.762293),
        ("chinchilla@hoffmann2022", {"N": 70e9, "D": 1.4e12}, 1.936645),
        ("chinchilla@hoffmann2022-tex", {"N": 70e9, "D": 1.4e12}, 1.920846),
        ("chinchilla@besiroglu2024", {"N": 70e9, "D": 1.4e12}, 1.973882),
        ("farseer", {"N": 1e9, "D": 1e11}, 0.498568),
        ("farseer", {"N": 7e9, "D": 1e12}, 0.407911),
        ("farseer", {"N": 25.1e9, "D": 4e11}, 0.394451),
    ],
)
def test_published_law_gives_the_stated_loss(
    reference: str, inputs: dict[str, float], stated: float
) -> None:
    assert_digits(loss_of(reference, inputs), stated, SIX)


@pytest.mark.parametrize(
    ("inputs", "stated"),
    [
        ({"N": 6.34e9, "D": 242e9, "U": 25e9}, 2.2256440889984477),
        ({"N": 8.67e9, "D": 178e9, "U": 25e9}, 2.2269634075087867),
    ],
)
def test_repetition_law_gives_the_released_codes_loss(
    inputs: dict[str, float], stated: float
) -> None:
    assert_digits(loss_of("muennighoff", inputs), stated, 1e-12)


@pytest.mark.parametrize(
    ("corpus", "stated", "ratio"),
    [("c4", 2.279900, 3.36), ("redpajama", 2.442755, 7.41), ("refinedweb", 2.414987, 5.84)],
)
def test_overtraining_refits_give_the_7b_loss_and_ratio(
    corpus: str, stated: float, ratio: float
) -> None:
    # 1e-4 and 2e-3: eta is printed to five digits only.
    size = 6889410560.0
    reference = f"overtraining@gadre2024-{corpus}"
    assert_digits(loss_of(reference, {"N": size, "D": 20.0 * size}), stated, 1e-4)
    best = optimum_of(reference, 1e21)
    assert_digits(best["D"] / best["N"], ratio, 2e-3)
    later = optimum_of(reference, 1e24)
    assert_digits(later["D"] / later["N"], best["D"] / best["N"], 1e-12)


@pytest.mark.parametrize(
    ("reference", "C", "symbol", "stated"),
    [
        ("chinchilla@hoffmann2022", 1e21, "N", 1.82422e9),
        ("chinchilla@hoffmann2022", 1e21, "D", 9.13634e10),
        ("chinchilla@hoffmann2022", 5.76e23, "N", 3.21899e10),
        ("chinchilla@hoffmann2022-tex", 1e21, "N", 2.21695e9),
        ("chinchilla@hoffmann2022-tex", 1e21, "D", 7.51782e10),
        ("chinchilla@hoffmann2022-tex", 5.76e23, "N", 4.03609e10),
        ("chinchilla@besiroglu2024", 5.76e23, "N", 7.22487e10),
        ("chinchilla@besiroglu2024", 5.76e23, "D", 1.32874e12),
    ],
)
def test_optimum_is_the_stated_one(reference: str, C: float, symbol: str, stated: float) -> None:
    assert_digits(optimum_of(reference, C)[symbol], stated, SIX)


@pytest.mark.parametrize(
    ("reference", "C", "stated"),
    [
        ("chinchilla@hoffmann2022", 1e21, 2.328883),
        ("chinchilla@hoffmann2022-tex", 1e21, 2.295491),
        ("chinchilla@besiroglu2024", 5.76e23, 1.974441),
    ],
)
def test_loss_at_the_optimum_is_the_stated_one(reference: str, C: float, stated: float) -> None:
    assert_digits(loss_of(reference, optimum_of(reference, C)), stated, SIX)


@pytest.mark.parametrize(
    ("reference", "C", "stated"),
    [
        ("chinchilla@hoffmann2022", 5.76e23, 92.65),
        ("chinchilla@hoffmann2022-tex", 5.76e23, 58.93),
        ("chinchilla@besiroglu2024", 5.76e23, 18.39),
        ("chinchilla@besiroglu2024", 1e26, 16.15),
    ],
)
def test_tokens_per_parameter_are_the_stated_ones(reference: str, C: float, stated: float) -> None:
    best = optimum_of(reference, C)
    assert_digits(best["D"] / best["N"], stated, 3e-4)


@pytest.mark.parametrize(
    ("reference", "stated", "tolerance"),
    [
        ("chinchilla@hoffmann2022", 1.344711, SIX),
        ("chinchilla@hoffmann2022-tex", 1.300046, SIX),
        ("muennighoff", 0.225802, SIX),
    ],
)
def test_g_is_the_stated_one(reference: str, stated: float, tolerance: float) -> None:
    assert_digits(g_of(reference), stated, tolerance)


@pytest.mark.parametrize(
    ("reference", "stated"),
    [("chinchilla@hoffmann2022", 0.451613), ("chinchilla@hoffmann2022-tex", 0.456526)],
)
def test_allocation_exponent_is_the_stated_one(reference: str, stated: float) -> None:
    low, high = optimum_of(reference, 1e20)["N"], optimum_of(reference, 1e22)["N"]
    assert_digits(math.log(high / low) / math.log(100.0), stated, SIX)


def test_besiroglu_allocates_half_of_compute_to_parameters() -> None:
    low = optimum_of("chinchilla@besiroglu2024", 1e20)["N"]
    high = optimum_of("chinchilla@besiroglu2024", 1e22)["N"]
    assert_digits(math.log(high / low) / math.log(100.0), 0.513, 1e-3)


def test_kaplans_exponents_imply_0_0520_in_compute() -> None:
    assert_digits(composite_exponent(0.76, 0.21, 0.076), 0.0520, 1e-3)


def test_kaplans_rule_asks_for_23_billion_tokens_at_one_billion_parameters() -> None:
    assert_digits(enough_tokens(1e9), 2.285e10, 2e-4)


def test_kaplans_rule_keeps_overfitting_near_seed_noise() -> None:
    limit = loss_of("kaplan_joint", {"N": 1e9, "D": 1e300})
    index = loss_of("kaplan_joint", {"N": 1e9, "D": enough_tokens(1e9)}) / limit - 1.0
    assert index == pytest.approx(0.02, abs=0.005)


def test_joint_law_tends_to_the_data_law_with_its_own_constants() -> None:
    assert_digits(loss_of("kaplan_joint", {"N": 1e300, "D": 1e10}), (1.8e13 / 1e10) ** 0.103, 1e-12)


def test_doubling_parameters_multiplies_kaplans_loss_by_0_949() -> None:
    ratio = loss_of("kaplan_params", {"N": 2e9}) / loss_of("kaplan_params", {"N": 1e9})
    assert_digits(ratio, 0.949, 5e-4)


def test_halving_data_multiplies_kaplans_loss_by_1_068() -> None:
    ratio = loss_of("kaplan_data", {"D": 1e9}) / loss_of("kaplan_data", {"D": 2e9})
    assert_digits(ratio, 1.068, 5e-4)


@pytest.mark.parametrize("modality", ["8x8", "16x16", "32x32", "vq16", "vq32"])
def test_image_floors_in_size_and_compute_agree_within_a_tenth(modality: str) -> None:
    by_size = get_published(f"henighan@image-{modality}-params")[1].values["L_inf"]
    by_compute = get_published(f"henighan@image-{modality}-compute")[1].values["L_inf"]
    assert abs(by_size - by_compute) <= 0.1 + 1e-9


@pytest.mark.parametrize(("N", "stated"), FARSEER_SIZES)
def test_farseers_data_exponent_falls_with_size(N: float, stated: float) -> None:
    values = get_published("farseer")[1].values
    exponent = math.exp(values["a1"] * N ** values["alpha"] + values["b1"])
    assert_digits(exponent, stated, 5e-4)


def test_unique_tokens_support_a_compute_optimal_size() -> None:
    assert_digits(1e8 * g_of("muennighoff") ** 2, 5.0987e6, 1e-5)


@pytest.mark.parametrize(
    ("epochs", "worth"), [(2, 0.9841), (4, 0.9314), (8, 0.8280), (16, 0.6614), (40, 0.3792)]
)
def test_effective_tokens_fall_behind_with_epochs(epochs: int, worth: float) -> None:
    assert effective_share(float(epochs)) == pytest.approx(worth, abs=5.1e-5)


@pytest.mark.parametrize(
    ("epoch", "value"), [(2, 0.9371), (4, 0.8229), (8, 0.6345), (16, 0.3773), (40, 0.0793)]
)
def test_marginal_value_of_an_epoch_decays(epoch: int, value: float) -> None:
    step = 1e-4
    tokens_after = (epoch + step) * effective_share(epoch + step)
    tokens_before = (epoch - step) * effective_share(epoch - step)
    assert (tokens_after - tokens_before) / (2 * step) == pytest.approx(value, abs=6e-5)


def effective_share(epochs: float) -> float:
    """D'/D read off the law itself: the parameters' term and the floor taken away."""
    law, published = get_published("muennighoff")
    values = {**published.values, "E": 0.0}
    unique, tiny = 1e9, 1.0  # one parameter is never in excess
    whole = float(law.predict({"N": tiny, "D": epochs * unique, "U": unique}, values)[0])
    tokens_term = whole - values["A"] * float(power(tiny, -values["alpha"]))
    return float((values["B"] / tokens_term) ** (1.0 / values["alpha"])) / (epochs * unique)


def test_effective_tokens_have_a_ceiling() -> None:
    assert_digits(1e6 * effective_share(1e6), 16.39, 5e-4)


def test_geometric_epochs_add_up_to_their_series() -> None:
    law = get_law("muennighoff_geometric")
    values = {"E": 0.0, "A": 1e-3, "B": 1.0, "alpha": 1.0, "q": 0.1, "R_N": 5.0}
    found = float(law.predict({"N": 1e300, "D": 3e9, "U": 1e9}, values)[0])
    size = 1e9 * 1e-3 * (1.0 + 5.0)
    assert_digits(found - 1e-3 / size, 1.0 / (1e9 * (1.0 + 0.9 + 0.81)), 1e-9)


def test_skaling_with_k_one_is_chinchilla() -> None:
    values = dict(get_published("chinchilla@besiroglu2024")[1].values)
    inputs = {"N": [1e8, 1e10], "D": [1e12, 2e10]}
    plain = get_law("chinchilla").predict(inputs, values)
    assert np.allclose(get_law("skaling").predict(inputs, {**values, "k": 1.0}), plain, rtol=1e-14)


def test_skaling_contains_kaplans_joint_law() -> None:
    kaplan, published = get_published("kaplan_joint")
    k = published.values
    ratio = k["alpha_N"] / k["alpha_D"]
    values = {"E": 0.0, "A": k["N_c"] ** ratio, "alpha": ratio, "B": k["D_c"], "beta": 1.0}
    inputs = {"N": [1e7, 1e9], "D": [1e9, 1e10]}
    same = get_law("skaling").predict(inputs, {**values, "k": k["alpha_D"]})
    assert np.allclose(same, kaplan.predict(inputs, k), rtol=1e-12)


def test_overtraining_is_chinchilla_with_equal_exponents() -> None:
    law, published = get_published("overtraining@gadre2024-c4")
    v = published.values
    scale = 6.0 ** -v["eta"]
    exponents = {"alpha": 2.0 * v["eta"], "beta": 2.0 * v["eta"]}
    same = {"E": v["E"], "A": v["a"] * scale, "B": v["b"] * scale, **exponents}
    inputs = {"N": [1e8, 1e10], "D": [1e12, 2e10]}
    other = get_law("chinchilla").predict(inputs, same)
    assert np.allclose(law.predict(inputs, v), other, rtol=1e-13)


def test_compute_only_falls_by_p_each_decade() -> None:
    values = {"p": -0.1, "q": 5.0}
    found = get_law("compute_only").predict({"C": [1e20, 1e21]}, values)
    assert found == pytest.approx([3.0, 2.9])


def test_bnsl_changes_slope_at_its_break() -> None:
    values = {"a": 0.0, "b": 1.0, "c0": 0.2, "c1": 0.3, "d1": 1e6, "f1": 0.1}
    x = np.array([1e2, 1e3, 1e9, 1e10])
    logs = np.log10(get_law("bnsl").predict({"x": x}, values))
    assert logs[1] - logs[0] == pytest.approx(-0.2)
    assert logs[3] - logs[2] == pytest.approx(-0.5)


def test_bnsl2_without_a_second_change_is_bnsl() -> None:
    one = {"a": 1.0, "b": 2.0, "c0": 0.2, "c1": 0.3, "d1": 1e6, "f1": 0.1}
    x = {"x": np.array([1e2, 1e6, 1e9])}
    two = get_law("bnsl2").predict(x, {**one, "c2": 0.0, "r2": 10.0, "f2": 0.5})
    assert np.allclose(two, get_law("bnsl").predict(x, one), rtol=1e-14)


def test_m3_without_flattening_is_m2_and_hestness() -> None:
    m2 = {"e_inf": 1.0, "b": 30.0, "c": 0.3}
    x = {"x": np.array([1e3, 1e6])}
    expected = get_law("m2").predict(x, m2)
    hestness = {"gamma": 1.0, "alpha": 30.0, "beta_g": -0.3}
    assert np.allclose(get_law("m3").predict(x, {**m2, "g": 0.0}), expected, rtol=1e-13)
    assert np.allclose(get_law("hestness").predict(x, hestness), expected, rtol=1e-14)


def test_m4_starts_at_the_guess_and_follows_m2_far_from_it() -> None:
    # Far from the guess (e_0 - e)^alpha is nearly constant: b of m2 is b*(e_0 - e_inf)^alpha.
    values = {"e_inf": 1.0, "e_0": 5.0, "b": 100.0, "c": 0.5, "alpha": 0.7}
    found = get_law("m4").predict({"x": np.array([1e-6, 1e12])}, values)
    assert found[0] == pytest.approx(5.0, abs=1e-3)
    assert found[1] - 1.0 == pytest.approx(100.0 * 4.0**0.7 * 1e-6, rel=1e-3)


def test_shifted_power_without_shift_is_m2() -> None:
    x = {"x": np.array([1e18, 1e21])}
    shifted = {"E": 1.0, "A": 30.0, "alpha": 0.1, "B": 0.0}
    plain = {"e_inf": 1.0, "b": 30.0, "c": 0.1}
    expected = get_law("m2").predict(x, plain)
    assert np.allclose(get_law("shifted_power").predict(x, shifted), expected, rtol=1e-14)
