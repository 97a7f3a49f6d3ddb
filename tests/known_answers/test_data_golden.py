"""Published numbers of the data laws: shares, ratios, pruning, exponents (X13 to X33)."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.errors import PlanError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import ROW, Runs
from isoflop.decide.data.continual_share import interpolated_share
from isoflop.decide.data.critical_ratio import largest_feasible
from isoflop.decide.data.cross_lingual import size_exponent
from isoflop.fit.fit_law import fit_law
from isoflop.laws.catalogue import get_law, get_rule
from isoflop.laws.passes import over_passes
from isoflop.measure.perceptron import student
from isoflop.testing.law_answers import matching_digits

# Chemistry, 1.8B parameters, 10B tokens (dcpt2024): domain share, general and domain loss.
SHARE = np.array([0.9, 0.91, 0.92, 0.924, 0.93, 0.94, 1.0])
GENERAL = np.array([2.9052, 2.9193, 2.9376, 2.9445, 2.9644, 2.9848, 3.4667])
BEFORE, TOLERANCE = 2.8602, 0.03


def says(name, found, stated):
    error = abs(found - stated) / abs(stated)
    return f"{name}: {found:.6g}, stated {stated:.6g}, {matching_digits(error):.1f} digits match"


def test_largest_domain_share_of_the_worked_example():
    found = interpolated_share(SHARE, GENERAL, (1.0 + TOLERANCE) * BEFORE)
    assert found == pytest.approx(0.92445, abs=6e-6), says("X13 share", found, 0.92445)
    assert round(found, 3) == 0.924


def test_a_limit_below_every_loss_is_refused():
    with pytest.raises(PlanError) as caught:
        interpolated_share(SHARE, GENERAL, 2.9)
    assert caught.value.code == "E545"


# Finance (cmr2024): loss at domain shares 1, 3/4, 1/2, 1/3; at 1/4 the true one and the forecast.
RATIOS = np.array([1.0, 0.75, 0.5, 0.3333])
CURVES = {
    "460M": ([1.4628, 1.4844, 1.5122, 1.5387], 1.5561, 1.5566),
    "3.1B": ([1.2585, 1.2750, 1.2965, 1.3170], 1.3305, 1.3303),
}


@pytest.mark.parametrize("size", CURVES)
def test_fifth_share_is_predicted_from_four(size):
    losses, true, _ = CURVES[size]
    table = pl.DataFrame({"share_domain": RATIOS, "loss": losses}).with_row_index(ROW, offset=1)
    runs = Runs(table, Conventions(), Provenance("cmr2024", "0"))
    fit = fit_law(runs, "cmr_domain_loss", resamples=0)
    found = float(fit.predict({"R": 0.25}).value[0])
    assert found == pytest.approx(true, rel=5e-4), says(f"X15 {size}", found, true)


@pytest.mark.parametrize(("eps", "share"), [(0.02, 0.3), (0.05, 0.5), (0.06, 0.6), (1.0, 1.0)])
def test_largest_feasible_share_lies_between_its_neighbours(eps, share):
    ratio, general = np.array([0.2, 0.5, 0.7, 1.0]), np.array([0.005, 0.05, 0.07, 0.2])
    found = largest_feasible(ratio, general, np.full(4, -0.1), eps)
    assert found == pytest.approx(share)


def test_no_share_is_feasible_where_all_forget():
    assert largest_feasible(np.array([0.2, 0.5]), np.full(2, 0.06), np.full(2, -0.1), 0.05) is None


def test_a_share_without_domain_gain_is_not_feasible():
    found = largest_feasible(
        np.array([0.2, 0.6]), np.array([0.0, 0.0]), np.array([-0.1, 0.1]), 0.05
    )
    assert found == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("alpha", "beta", "gamma", "stated"),
    [(0.40, 0.30, 0.0, 0.429), (0.40, 0.20, 0.08, 0.385)],
    ids=["scratch", "continued"],
)
def test_growth_of_the_best_size(alpha, beta, gamma, stated):
    found = size_exponent(alpha, beta, gamma)
    assert found == pytest.approx(stated, abs=5e-4), says("X16 exponent", found, stated)


def test_growth_is_that_of_the_optimum_in_closed_form():
    values = {"E": 1.7, "A": 300.0, "alpha": 0.4, "B": 40.0, "beta": 0.2, "gamma": 0.08}
    arrays = {name: np.asarray(value) for name, value in values.items()}
    sizes = get_law("cross_lingual").optimum(arrays, np.array([1e20, 1e22]), 6.0)["N"]
    assert np.diff(np.log(sizes))[0] / np.log(100.0) == pytest.approx(0.2 / 0.52, rel=1e-12)


def test_more_transfer_than_return_on_tokens_has_no_best_size():
    with pytest.raises(PlanError) as caught:
        size_exponent(0.4, 0.2, 0.3)
    assert caught.value.code == "E545"


# Order parameters of the perceptron (X19): examples kept a dimension, error.
WHOLE = {1: 0.26571, 2: 0.18848, 4: 0.11366, 8: 0.06090, 16: 0.03106, 32: 0.01561}
HALF = {1: 0.32105, 2: 0.13610, 4: 0.06099, 8: 0.03106}


@pytest.mark.parametrize(("alpha", "stated"), WHOLE.items())
def test_error_without_pruning(alpha, stated):
    found = student(float(alpha)).error
    assert found == pytest.approx(stated, abs=6e-6), says(f"X19 alpha {alpha}", found, stated)


@pytest.mark.parametrize(("alpha", "stated"), HALF.items())
def test_error_with_the_hardest_half(alpha, stated):
    found = student(2.0 * alpha, 0.5).error
    assert found == pytest.approx(stated, abs=6e-6), says(f"X19 half, {alpha}", found, stated)


def test_error_falls_as_half_an_example_in_the_limit():
    assert student(200.0).error * 200.0 == pytest.approx(0.50, abs=1e-3)


def by_hand(n, P, a, b, tau, d):
    """The written equation, pass by pass, in units of 100,000 samples."""
    n, P = n / 1e5, P / 1e5
    y, seen, k = 1.0, 0.0, 0
    while seen < n:
        after = min((k + 1) * P, n)
        ratio = after if k == 0 else after / seen
        y *= ratio ** (b * 0.5 ** (k / tau))
        seen, k = after, k + 1
    return a * y + d


@pytest.mark.parametrize("n", [5e6, 12.8e6, 13e6, 64e6, 640e6])
def test_written_equation_pass_by_pass(n):
    values = {"a": 0.9, "b": -0.12, "tau": 2.5, "d": 0.1}
    found = float(get_law("qqt").predict({"n": n, "U": 12.8e6}, values)[0])
    assert found == pytest.approx(by_hand(n, 12.8e6, **values), rel=1e-12)


def test_code_variant_differs_from_the_written_law_only_by_what_is_stated():
    n, P, a, b, tau, d = 64e6, 12.8e6, 0.01, -0.12, 2.5, 0.1
    decay = (by_hand(n, P, 1.0, b, tau, 0.0)) / (P / 1e5) ** b
    stated = ((a * P / 1e5) ** b + d) * decay
    found = get_law("qqt_code").predict({"n": n, "U": P}, {"a": a, "b": b, "tau": tau, "d": d})
    assert float(found[0]) == pytest.approx(stated, rel=1e-12)


def test_effective_samples_of_two_and_a_half_passes():
    a, b, tau, d = 0.01, -0.2, 1.0, 0.1
    effective = 128.0 * (1.0 + 0.5 + 0.5 * 0.25)
    values = {"a": a, "b": b, "tau": tau, "d": d}
    found = get_law("qqt_effective").predict({"n": 32e6, "U": 12.8e6}, values)
    assert float(found[0]) == pytest.approx((a * effective) ** b + d, rel=1e-12)


@pytest.mark.parametrize("n", [0.3, 1.0, 199.5, 250.7])
def test_passes_add_up_to_all_samples(n):
    total = over_passes(np.array([n]), np.array([1.0]), lambda j, before, after: after - before)
    assert float(total[0]) == pytest.approx(n)


def test_seven_billion_parameters_hold_fourteen_billion_bits():
    rule = get_rule("knowledge_capacity")
    found = rule(bits=14e9, fact_tokens=1e9, exposures=100.0)
    assert float(found["N"]) == pytest.approx(7e9)
    assert float(found["D"]) == pytest.approx(1e11)


def test_projection_is_cut_at_the_best_attainable():
    rule = get_rule("ot_projection")
    known = {"n_0": 1e3, "V_0": 0.4, "n_1": 1e4, "V_1": 0.6}
    assert float(rule(n=1e5, **known)["V"]) == pytest.approx(0.8)
    assert float(rule(n=1e9, **known)["V"]) == 1.0
    assert float(rule(n=1e9, best=0.9, **known)["V"]) == 0.9
