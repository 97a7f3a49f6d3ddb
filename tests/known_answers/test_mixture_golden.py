"""X01-X10, X30, X31: printed numbers, closed forms and limit cases of the laws of mixtures."""

import math

import numpy as np
import pytest

from isoflop.core.errors import PlanError, UsageError
from isoflop.decide.bimix_optimum import bimix_optimum
from isoflop.decide.critical_share import critical_share
from isoflop.decide.simplex import Simplex, minimise
from isoflop.fit.two_sources import TwoSources, fit_two_sources
from isoflop.laws.catalogue import get_law, get_published, get_rule
from isoflop.testing.law_answers import matching_digits

PRINTED = {  # log c, log k, t of ye2024's released notebook
    "academic": (0.9750, -2.1391, (-10.0864, 2.7140, 2.7106, 2.6083, 1.5866)),
    "prose": (1.2624, -2.1656, (1.3930, -4.6811, 0.7855, 1.8719, 0.5734)),
    "dialogue": (1.1375, -7.1017, (6.7135, 6.2643, -31.8621, 6.6423, 6.2053)),
    "symbolic": (0.4750, -3.6546, (3.3289, 3.6705, 3.1127, -16.4217, 3.1591)),
    "internet": (1.2402, -1.9510, (1.1897, 0.8697, -0.5184, 1.7122, -3.0870)),
}
MIXTURE = np.array([0.4, 0.25, 0.05, 0.2, 0.1])


def assert_matches(found, stated, tolerance):
    error = abs(found - stated) / abs(stated)
    assert error <= tolerance, (
        f"{found:.10g} for {stated:.10g}: {matching_digits(error):.1f} digits"
    )


@pytest.mark.parametrize("key", PRINTED)
def test_example_sets_are_the_printed_exponentials(key):
    law, found = get_published(f"mix_exp@{key}")
    log_c, log_k, t = PRINTED[key]
    inputs = dict(zip(law.inputs, MIXTURE, strict=True))
    stated = math.exp(log_c) + math.exp(log_k) * math.exp(float(np.dot(t, MIXTURE)))
    assert_matches(float(law.predict(inputs, found.values)[0]), stated, 1e-12)


@pytest.mark.parametrize(("own", "key"), list(enumerate(PRINTED)))
def test_own_share_helps_each_domain_most(own, key):
    law, found = get_published(f"mix_exp@{key}")
    a = [found.values[name] for name in law.parameter_names[1:]]
    assert int(np.argmin(a)) == own


def test_examples_are_no_default():
    with pytest.raises(UsageError, match="no published coefficients"):
        get_published("mix_exp")


def test_the_printed_two_source_fit_gives_the_printed_critical_share():
    # c is not printed: k, b and x* fix how far the old loss lies above it.
    k, b, share = -3.7397, -1.6938, 0.2862
    law = TwoSources(c=2.81, k=k, b=b)
    assert_matches(critical_share(law, 2.81 + math.exp(k * share + b)), share, 1e-12)


def test_critical_share_of_continued_training_on_python(data_dir):
    from benchmarks.mixture_data import continual

    x, loss, names, before = continual(data_dir)
    used = [i for i, name in enumerate(names) if name != "ct_9"]
    law = fit_two_sources(np.array(x)[used], np.array(loss)[used])
    assert_matches(critical_share(law, before), 0.2862, 2e-4)
    assert_matches(law.k, -3.7397, 1e-3)
    assert_matches(law.b, -1.6938, 2e-4)


def test_no_share_keeps_a_loss_below_the_floor():
    with pytest.raises(PlanError, match="No share"):
        critical_share(TwoSources(c=2.8, k=-3.0, b=-1.0), 2.7)


def test_bimix_optimum_in_closed_form_is_the_searched_one():
    kappa, alpha = np.array([2.0, 3.0, 2.5, 1.5]), np.array([0.05, 0.12, 0.2, 0.4])
    weights, caps = np.array([0.4, 0.3, 0.2, 0.1]), np.array([1.0, 0.25, 0.3, 1.0])
    closed = bimix_optimum(kappa, alpha, weights, caps)
    simplex = Simplex(("a", "b", "c", "d"), np.zeros(4), caps)
    found = minimise(
        simplex,
        lambda r: np.sum(weights * kappa * np.maximum(r, 1e-9) ** -alpha, axis=-1),
        np.full((1, 4), 0.25),
    )[0]
    assert closed.sum() == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(found, closed, atol=1e-5)


def test_bimix_shares_without_caps_satisfy_stationarity():
    kappa, alpha, weights = np.array([2.0, 3.0]), np.array([0.1, 0.3]), np.array([0.5, 0.5])
    r = bimix_optimum(kappa, alpha, weights)
    slopes = weights * alpha * kappa * r ** (-alpha - 1.0)
    assert_matches(slopes[0], slopes[1], 1e-10)


def test_equal_domains_share_equally_under_bimix():
    r = bimix_optimum(np.full(5, 2.0), np.full(5, 0.2), np.full(5, 0.2))
    np.testing.assert_allclose(r, 0.2, rtol=1e-12)


def test_bimix_slice_is_bimix_at_one_length():
    whole, part = get_law("bimix"), get_law("bimix_slice")
    at = {"r": np.array([0.1, 0.5]), "D": 1e9}
    values = {"alpha": 0.12, "B": 300.0, "beta": 0.3, "C": 2.0}
    kappa = 300.0 * 1e9**-0.3 + 2.0
    found = part.predict({"r": at["r"]}, {"kappa": kappa, "alpha": 0.12})
    np.testing.assert_allclose(found, whole.predict(at, values), rtol=1e-12)


def test_joint_law_is_the_additive_one_when_prices_do_not_mix():
    additive, joint = (get_law(name).bind(("a", "b")) for name in ("mix_additive", "mix_joint"))
    at = {"share/a": 0.3, "share/b": 0.7, "N": 1e8, "D": 1e10}
    both = {"E": 1.5, "C/a": 2.0, "C/b": 3.0, "g/a": 0.4, "g/b": 0.6, "alpha": 0.3, "beta": 0.28}
    one = additive.predict(at, both | {"A": 400.0, "B": 900.0})
    mixed = both | {"A/a": 400.0, "A/b": 400.0, "g_A": 1.0, "B/a": 900.0, "B/b": 900.0, "g_B": 1.0}
    assert_matches(float(joint.predict(at, mixed)[0]), float(one[0]), 1e-12)


def test_a_pair_alone_has_all_parameters_of_the_translator():
    law = get_law("mnmt")
    values = {"beta": 90.0, "alpha": 0.3, "L_inf": 1.1, "c1": 0.8, "c2": 0.7, "c3": 0.9}
    whole = float(law.predict({"p": 1.0, "N_ne": 1e8}, values)[0])
    assert_matches(whole, 90.0 * 1e8**-0.3 + 1.1, 1e-9)
    half = float(law.predict({"p": 0.5, "N_ne": 1e8}, values)[0])
    effective = (0.5 + 0.8 * 0.5**0.7 * 0.5**0.9) * 1e8
    assert_matches(half, 90.0 * effective**-0.3 + 1.1, 1e-12)


def test_loss_to_loss_of_a_data_set_with_itself_is_the_identity():
    law = get_law("loss_to_loss")
    loss = np.array([2.5, 3.0, 4.0])
    same = {"K": 1.0, "kappa": 1.0, "E_0": 1.7, "E_1": 1.7}
    np.testing.assert_allclose(law.predict({"L_0": loss}, same), loss, rtol=1e-12)


def test_kaplan_floor_with_endless_data_is_a_power_of_size():
    values = {"E": 1.7, "A": 1e9, "alpha": 0.34, "B": 1e10, "beta": 0.28}
    found = float(get_law("kaplan_floor").predict({"N": 1e8, "D": 1e40}, values)[0])
    assert_matches(found, 1.7 + 10.0**0.34, 1e-9)


def test_upsampling_counts_tokens_and_epochs_of_both_phases():
    found = get_rule("domain_upsampling")(D=1e12, f=0.2, r_base=0.05, r_last=0.3, U=5e10)
    assert_matches(float(found["D_last"]), 2e11, 1e-12)
    assert_matches(float(found["r_mean"]), 0.8 * 0.05 + 0.2 * 0.3, 1e-12)
    assert_matches(float(found["epochs"]), 2.0, 1e-12)


def test_upsampling_refuses_a_last_phase_nobody_tried():
    with pytest.raises(UsageError, match="last phase"):
        get_rule("domain_upsampling")(D=1e12, f=0.6, r_base=0.1, r_last=0.3, U=1e10)
