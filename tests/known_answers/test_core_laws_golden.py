"""Golden numbers of the core laws beyond those that laws and rules report themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest

from isoflop.fit.early_stop import early_stop
from isoflop.fit.fit import Fit
from isoflop.laws.algebra import exp
from isoflop.laws.catalogue import get_law, get_published, get_rule
from isoflop.laws.closed_forms import additive_g
from isoflop.laws.downstream.gadre_error import loss_for
from isoflop.laws.embedding_share import OMEGA, local_exponent, with_embeddings
from isoflop.laws.infinite.asymptote_data import unique_for
from isoflop.laws.loss.kaplan_learning_curve import steps_to
from isoflop.testing.law_answers import matching_digits


def assert_digits(found: float, stated: float, tolerance: float) -> None:
    error = abs(found - stated) / abs(stated)
    message = f"{found:.12g} against {stated:.12g}: {matching_digits(error):.1f} digits match"
    assert error <= tolerance, message


def optimum_of(reference: str, C: float) -> dict[str, float]:
    law, published = get_published(reference)
    assert law.optimum is not None
    values = {name: np.asarray(value) for name, value in published.values.items()}
    return {s: float(v) for s, v in law.optimum(values, np.asarray(C), 6.0).items()}


def test_learning_curve_and_critical_batch_imply_the_exponent_of_size_in_compute() -> None:
    # L05: minimise the loss at C_min = 6 N B_crit(L) S_min; N* ~ C^(alpha_C/alpha_N).
    alpha_N, alpha_S, alpha_B = 0.077, 0.76, 0.21
    N = np.exp(np.linspace(math.log(1e5), math.log(1e14), 40001))
    budgets = np.array([1e20, 1e23])
    values = get_published("kaplan_learning_curve")[1].values
    best = []
    for C in budgets:
        # At every N the loss the budget buys: bisection on compute, which falls with the loss.
        low, high = (values["N_c"] / N) ** alpha_N * (1 + 1e-12), np.full_like(N, 50.0)
        for _ in range(200):
            middle = 0.5 * (low + high)
            steps = values["S_c"] * (middle - (values["N_c"] / N) ** alpha_N) ** (-1 / alpha_S)
            too_dear = 6.0 * N * 2e8 * middle ** (-1 / alpha_B) * steps > C
            low, high = np.where(too_dear, middle, low), np.where(too_dear, high, middle)
        best.append(N[np.argmin(high)])
    slope = math.log(best[1] / best[0]) / math.log(budgets[1] / budgets[0])
    implied = 1.0 / (1.0 / alpha_S + 1.0 / alpha_B + 1.0 / alpha_N) / alpha_N
    assert_digits(slope, implied, 2e-3)


def test_steps_to_a_loss_invert_the_learning_curve() -> None:
    law, published = get_published("kaplan_learning_curve")
    loss = float(law.predict({"N": 1e9, "S_min": 1e5}, published.values)[0])
    assert_digits(steps_to(loss, 1e9, **published.values), 1e5, 1e-9)
    assert steps_to(2.0, 1e9, **published.values) == math.inf


def test_critical_batch_doubles_with_every_13_percent_of_loss() -> None:
    law, published = get_published("kaplan_critical_batch")
    batch = law.predict({"L": [3.0, 3.0 * 0.87]}, published.values)
    assert_digits(batch[1] / batch[0], 2.0, 0.04)


def test_early_stop_of_published_fits_is_the_rule() -> None:
    joint = Fit.published("kaplan_joint")
    curve = Fit.published("kaplan_learning_curve")
    found = early_stop(joint, curve, N=1e8, D=1e9)
    rule = get_rule("kaplan_early_stop")(N=1e8, D=1e9)
    assert found.steps is not None
    assert_digits(found.steps, 18114.0, 5e-5)
    assert_digits(found.steps, float(rule["S_stop"]), 1e-9)
    assert found.lo is None


def test_no_overfitting_is_expected_of_a_small_model_on_many_tokens() -> None:
    joint, curve = Fit.published("kaplan_joint"), Fit.published("kaplan_learning_curve")
    assert early_stop(joint, curve, N=1e6, D=1e14).steps is None


def test_embeddings_weigh_as_much_as_blocks_where_the_source_says() -> None:
    assert_digits(OMEGA**1.5, 1.03494e7, 5e-6)
    size = np.asarray(OMEGA**1.5)
    assert_digits(float(with_embeddings(size, np.asarray(OMEGA))), 2.0 * float(size), 1e-12)


@pytest.mark.parametrize("N_ne", [1e3, 1e6, 1e8, 1e12])
def test_counts_with_and_without_embeddings_are_inverses(N_ne: float) -> None:
    N = get_rule("pearce_total")(N_ne=N_ne)["N"]
    assert_digits(float(get_rule("pearce_non_embedding")(N=N)["N_ne"]), N_ne, 1e-11)


@pytest.mark.parametrize(
    ("reference", "stated", "loss_exponent"),
    [("chinchilla@besiroglu2024", 0.78, 0.178), ("chinchilla@hoffmann2022-tex", 0.74, 0.155)],
)
def test_study_without_embeddings_sees_the_stated_exponents(
    reference: str, stated: float, loss_exponent: float
) -> None:
    # L16: over Kaplan's sizes, 790 to 1.58e9 parameters without embeddings.
    v = get_published(reference)[1].values
    N = np.geomspace(790.0, 1.58e9, 400)
    total = with_embeddings(N, np.asarray(OMEGA))
    slope = np.gradient(np.log(total), np.log(N))
    # First-order condition: alpha A N_T^-alpha slope = beta B D^-beta.
    D = (v["beta"] * v["B"] / (v["alpha"] * v["A"] * slope * total ** -v["alpha"])) ** (
        1.0 / v["beta"]
    )
    a = np.polyfit(np.log(6.0 * N * D), np.log(N), 1)[0]
    # 0.02: the source's sizes and budgets are not described; the exact optimum along evenly spaced
    # ln N gives 0.793 and 0.757, both above the stated numbers.
    assert a == pytest.approx(stated, abs=0.02)
    exponent = v["alpha"] * v["beta"] / (v["alpha"] + v["beta"])
    assert exponent == pytest.approx(loss_exponent, abs=5e-4)


def test_local_exponent_is_the_slope_of_the_numeric_optimum() -> None:
    v = get_published("chinchilla@besiroglu2024")[1].values
    N = np.exp(np.linspace(math.log(1e6), math.log(1e9), 2001))
    total = with_embeddings(N, np.asarray(OMEGA))
    slope = (N + OMEGA / 3.0 * np.cbrt(N)) / total
    D = (v["beta"] * v["B"] / (v["alpha"] * v["A"] * slope * total ** -v["alpha"])) ** (
        1.0 / v["beta"]
    )
    numeric = np.gradient(np.log(N), np.log(6.0 * N * D))
    exact = local_exponent(N, np.asarray(v["alpha"]), np.asarray(v["beta"]), np.asarray(OMEGA))
    assert np.allclose(numeric[5:-5], exact[5:-5], rtol=1e-5)


@pytest.mark.parametrize("C", [1e18, 1e22, 1e25])
def test_deepseek_scale_times_tokens_is_the_compute(C: float) -> None:
    split = get_rule("deepseek_budget")(C=C)
    assert_digits(float(split["flops_per_token"] * split["D"]), C, 1e-3)


def test_minicpm_average_gives_the_stated_ratio_of_its_rounded_constants() -> None:
    v = get_published("minicpm@average")[1].values
    prices = [np.asarray(v[name]) for name in ("C_N", "alpha", "C_D", "beta")]
    K = float(additive_g(*prices))
    assert_digits(K**2, 0.009812, 1e-4)
    assert_digits((v["beta"] - v["alpha"]) / (v["alpha"] + v["beta"]), -0.1154, 5e-4)
    best = optimum_of("minicpm@average", 1e21)
    assert_digits(best["D"] / best["N"], 183.9, 5e-4)


@pytest.mark.parametrize("domain", ["code", "dialogue", "chinese-how-to"])
def test_minicpm_domains_come_near_the_printed_ratios(domain: str) -> None:
    # Two digits of the exponents leave the ratio uncertain; the order of the domains holds.
    published = get_published(f"minicpm@{domain}")[1]
    assert published.note is not None
    printed = float(published.note.split("D/N = ")[1].split(" ")[0])
    best = optimum_of(f"minicpm@{domain}", 1e21)
    assert best["D"] / best["N"] == pytest.approx(printed, rel=0.15)


@pytest.mark.parametrize(
    ("key", "a"),
    [
        ("hot", 0.699),
        ("cooled", 0.699),
        ("ablation", 0.674),
        ("over-100b", 0.696),
        ("chinchilla-like", 0.612),
        ("slim", 0.632),
    ],
)
def test_one_suite_gives_six_allocation_exponents(key: str, a: float) -> None:
    low, high = (optimum_of(f"gemstones2@{key}", C)["N"] for C in (1e20, 1e22))
    assert math.log(high / low) / math.log(100.0) == pytest.approx(a, abs=5.1e-4)


def test_error_and_loss_are_inverses() -> None:
    law, published = get_published("gadre_error@gadre2024-redpajama")
    loss = loss_for(0.6, published.values)
    assert_digits(float(law.predict({"L": loss}, published.values)[0]), 0.6, 1e-12)
    assert loss_for(0.9, published.values) == math.inf


def test_kims_fits_end_at_the_stated_asymptotes() -> None:
    size, published = get_published("regularised_size")
    assert_digits(float(size.predict({"N": 1e9}, published.values)[0]), 3.48, 1e-12)
    assert_digits(float(size.predict({"N": 1e30}, published.values)[0]), 3.43, 1e-9)
    members, published = get_published("ensemble_size")
    assert_digits(float(members.predict({"K": 1.0}, published.values)[0]), 3.59, 1e-12)
    assert_digits(float(members.predict({"K": 1e30}, published.values)[0]), 3.34, 1e-9)


def test_unique_tokens_for_an_asymptote_invert_its_law() -> None:
    values = {"c": 2.5, "B_U": 500.0, "g": 0.35}
    reached = float(get_law("asymptote_data").predict({"U": 2e8}, values)[0])
    assert_digits(unique_for(reached, **values), 2e8, 1e-9)
    assert unique_for(2.4, **values) == math.inf


def test_rosenfeld_is_the_random_guess_at_no_scale_and_additive_at_large_scale() -> None:
    law = get_law("rosenfeld")
    v = {"a": 50.0, "alpha": 0.3, "b": 60.0, "beta": 0.4, "c_inf": 0.02, "eta": 10.0, "e0": 10.0}
    small, large = law.predict({"N": [1e-9, 1e12], "D": [1e-9, 1e12]}, v)
    assert_digits(float(small), 10.0, 1e-6)
    inner = 50.0 * 1e12**-0.3 + 60.0 * 1e12**-0.4 + 0.02
    assert_digits(float(large), inner, 1e-4)


def test_rosenfeld_only_knows_ratios_to_eta() -> None:
    law = get_law("rosenfeld")
    v = {"a": 50.0, "alpha": 0.3, "b": 60.0, "beta": 0.4, "c_inf": 1.0, "eta": 2.0, "e0": 10.0}
    scaled = v | {name: 3.0 * v[name] for name in ("a", "b", "c_inf", "eta")}
    inputs = {"N": [1e6, 1e9], "D": [1e8, 1e10]}
    assert np.allclose(law.predict(inputs, v), law.predict(inputs, scaled), rtol=1e-13)


def test_sovit_optimum_is_where_the_error_is_least() -> None:
    from isoflop.laws.shape.sovit import best, growth

    v = {"alpha": 8.0, "a": 0.6, "beta": 3.0, "b": 0.7, "xi": 5.0, "c": 0.5, "eps": 0.1}
    law = get_law("sovit")
    x = np.exp(np.linspace(0.0, 25.0, 200001))
    error = law.predict({"x": x, "t": np.full_like(x, 1e8)}, v)
    assert_digits(float(best(v, 1e8)), float(x[np.argmin(error)]), 2e-4)
    slope = math.log(float(best(v, 1e9) / best(v, 1e8))) / math.log(10.0)
    assert_digits(slope, growth(v), 1e-9)


def test_final_rate_laws_say_the_same_of_the_same_gain() -> None:
    base = {"E": 1.8, "A": 400.0, "alpha": 0.34, "B": 2000.0, "beta": 0.36}
    inputs = {"N": [1e8, 1e9], "D": [1e10, 2e10], "h": [0.1, 0.7]}
    added = get_law("final_rate").predict(inputs, base | {"F": 0.05})
    gained = get_law("final_rate_gain").predict(inputs, base | {"E": 1.85, "F": 0.05})
    assert np.allclose(added, gained, rtol=1e-14)
    turned = {"E": 1.85, "F": 0.05, "r": 0.0}
    assert np.allclose(
        get_law("final_rate_size").predict(inputs, base | turned), gained, rtol=1e-14
    )
    joint = turned | {"q": 0.0}
    assert np.allclose(
        get_law("final_rate_joint").predict(inputs, base | joint), gained, rtol=1e-14
    )


def test_annealing_area_takes_away_in_proportion() -> None:
    law = get_law("annealing_area")
    v = {"E": 1.8, "A": 400.0, "alpha": 0.34, "B": 2000.0, "beta": 0.36, "F": 0.02, "r": 0.05}
    loss = law.predict({"N": [1e8] * 3, "D": [1e10] * 3, "S2": [0.0, 1.0, 2.0]}, v)
    assert_digits(float(loss[0] - loss[1]), 0.02 * 1e8**0.05, 1e-12)
    assert_digits(float(loss[0] - loss[2]), 0.04 * 1e8**0.05, 1e-12)


def test_ladder_links_hold_their_levels() -> None:
    v = {"p": -0.65, "k": 4.0, "x0": 0.8, "q": 0.9}
    found = get_law("ladder_accuracy").predict({"x": [0.8, 1e3]}, v)
    assert found == pytest.approx([0.9 - 0.325, 0.25], rel=1e-12)
    log_link = get_law("ladder_accuracy_log")
    u = 3.0 * (1.2 - 0.7)
    expected = 1.0 + 0.4 * math.log(1.0 - 1.0 / (1.0 + math.exp(-u)))
    found = log_link.predict({"x": 1.2}, {"a": 0.4, "k": 3.0, "x0": 0.7})
    assert_digits(float(found[0]), expected, 1e-12)


def test_performance_law_counts_at_most_a_thousand_tokens_a_parameter() -> None:
    law = get_law("performance_law")
    v = {"w1": 0.1, "w2": 0.1, "w3": 0.1, "w4": 0.1, "b": -1.0, "gam": 1e-8}
    shape = {"n_layer": [32] * 3, "d": [4096] * 3, "d_ff": [11008] * 3, "N": [7e9] * 3}
    score = law.predict({**shape, "D": [2e12, 7e12, 15e12]}, v)
    assert score[1] == score[2]
    u = float(exp(-(((10 * 11008 + 20 * 4096) * 1e-8 * 32) ** 2)))
    parts = [math.log(u * part) for part in (32.0, 4096.0, 11008.0, 2.0)]
    assert_digits(float(score[0]), 0.1 * sum(parts) - 1.0, 1e-12)


@pytest.mark.parametrize(("factor", "sign"), [(0.25, 1.0), (4.0, 1.0), (1.0, 0.0)])
def test_over_training_costs_the_stated_difference(factor: float, sign: float) -> None:
    # X75: (a M*^eta (m^eta - 1) + b M*^-eta (m^-eta - 1)) C^-eta at m times the best ratio.
    law, published = get_published("overtraining@gadre2024-redpajama")
    v, C = published.values, 1e21
    best = optimum_of("overtraining@gadre2024-redpajama", C)
    ratio = best["D"] / best["N"]
    moved = {"N": math.sqrt(C / 6.0 / (ratio * factor)), "D": math.sqrt(C / 6.0 * ratio * factor)}
    rise = float(law.predict(moved, v)[0] - law.predict(best, v)[0])
    up, down = factor ** v["eta"] - 1.0, factor ** -v["eta"] - 1.0
    stated = (v["a"] * ratio ** v["eta"] * up + v["b"] * ratio ** -v["eta"] * down) * C ** -v["eta"]
    assert rise == pytest.approx(stated, abs=1e-12)
    assert (rise > 1e-6) == (sign > 0.0)
