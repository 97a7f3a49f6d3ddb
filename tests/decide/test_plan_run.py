"""Plans against published numbers, closed forms and limits."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from isoflop.core.errors import PlanError, UsageError
from isoflop.core.explain import explanations
from isoflop.decide.compare_published import compare_published
from isoflop.decide.frontier import frontier
from isoflop.decide.plan import Plan
from isoflop.decide.plan_run import plan_run
from isoflop.decide.plan_text import disagreement_text, plan_notes, plan_text
from isoflop.decide.problem import Problem
from isoflop.decide.question import Request, question_for
from isoflop.fit.fit import Fit
from isoflop.laws.catalogue import get_law
from isoflop.laws.closed_forms import additive_g

SETS = {
    name: Fit.published(f"chinchilla@{name}")
    for name in ("besiroglu2024", "hoffmann2022", "hoffmann2022-tex")
}
# The L25 rows for "TeX-Hoffmann" were made with the exponents rounded to four digits.
SETS["hoffmann-4-digits"] = replace(
    SETS["hoffmann2022-tex"],
    values={"E": 1.6934, "A": 406.4, "alpha": 0.3392, "B": 410.7, "beta": 0.2849},
)


def with_draws(fit: Fit, n: int = 60) -> Fit:
    """The fit with made-up doubt: 1% in E and the exponents, 5% in the prices, seeded."""
    rng = np.random.default_rng(7)
    point = np.array([fit.values[name] for name in fit.law.parameter_names])
    scale = np.array([0.01, 0.05, 0.01, 0.05, 0.01])
    return replace(fit, draws=point * np.exp(scale * rng.standard_normal((n, 5))))


def compute_of_optimal(fit: Fit, size: float) -> float:
    """Compute at which a size is optimal: C(N) = k (N/G)^(1/a)."""
    v = {name: np.asarray(value) for name, value in fit.values.items()}
    g = additive_g(v["A"], v["alpha"], v["B"], v["beta"])
    return float(6.0 * (size / g) ** ((v["alpha"] + v["beta"]) / v["beta"]))


@pytest.mark.parametrize(
    ("name", "budget", "N", "D", "loss"),
    [
        ("hoffmann2022", 1e21, 1.82422e9, 9.13634e10, 2.328883),
        ("hoffmann2022", 5.76e23, 3.21899e10, 92.65 * 3.21899e10, None),
        ("hoffmann2022-tex", 1e21, 2.21695e9, 7.51782e10, 2.295491),
        ("hoffmann2022-tex", 5.76e23, 4.03609e10, 58.93 * 4.03609e10, None),
        ("besiroglu2024", 5.76e23, 7.22487e10, 1.32874e12, 1.974441),
        ("besiroglu2024", 1e26, None, None, None),
    ],
)
def test_plan_gives_the_golden_optimum(
    name: str, budget: float, N: float | None, D: float | None, loss: float | None
) -> None:
    plan = plan_run(SETS[name], budget=budget)
    ratio = 16.15 if N is None or D is None else D / N
    assert plan.optimum["M"].value == pytest.approx(ratio, rel=4e-4)
    assert plan.optimum["N"].value == pytest.approx(N or plan.optimum["N"].value, rel=1e-4)
    assert plan.loss.value == pytest.approx(loss or plan.loss.value, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "size", "served", "N", "D", "saving"),
    [
        ("hoffmann-4-digits", 30e9, 5e12, 16.790e9, 3.402e12, 0.151),
        ("hoffmann-4-digits", 70e9, 10e12, 42.49e9, 8.297e12, 0.109),
        ("besiroglu2024", 30e9, 5e12, 13.664e9, None, 0.311),
        ("besiroglu2024", 70e9, 10e12, 32.77e9, None, 0.291),
        ("hoffmann2022", 30e9, 5e12, 18.97e9, None, 0.090),
    ],
)
def test_serving_shrinks_the_model_as_in_the_golden_rows(
    name: str, size: float, served: float, N: float, D: float | None, saving: float
) -> None:
    fit = SETS[name]
    plan = plan_run(fit, budget=compute_of_optimal(fit, size), inference_tokens=served)
    assert plan.question == "inference_aware"
    assert plan.optimum["N"].value == pytest.approx(N, rel=2e-4)
    assert plan.optimum["D"].value == pytest.approx(D or plan.optimum["D"].value, rel=2e-4)
    assert plan.optimum["saving"].value == pytest.approx(saving, abs=6e-4)
    assert plan.alternatives[-1].inputs["N"] == pytest.approx(size, rel=1e-6)


def test_numeric_optimum_equals_the_closed_form_on_random_laws() -> None:
    rng = np.random.default_rng(11)
    n = 200
    E, A = rng.uniform(1.0, 2.5, n), np.exp(rng.uniform(4.0, 9.0, n))
    alpha = rng.uniform(0.2, 0.6, n)
    beta = alpha * rng.uniform(0.7, 1.4, n)
    ratio = np.exp(rng.uniform(0.0, 6.0, n))  # tokens per parameter of the optimum at 1e21 FLOP
    N = np.sqrt(1e21 / 6.0 / ratio)
    B = alpha * A * N**-alpha / (beta * (ratio * N) ** -beta)
    sets = np.column_stack([E, A, alpha, B, beta])
    closed = Problem(get_law("chinchilla"), sets)
    numeric = replace(closed, use_closed_form=False)
    budgets = np.exp(rng.uniform(np.log(1e19), np.log(1e23), n))
    exact, found = closed.best(budgets), numeric.best(budgets)
    assert not exact.is_edge.any()
    np.testing.assert_allclose(found.N, exact.N, rtol=1e-6)
    np.testing.assert_allclose(found.loss, exact.loss, rtol=1e-12)


def test_target_gives_back_the_budget_that_reaches_it() -> None:
    fit = SETS["besiroglu2024"]
    there = plan_run(fit, budget=3e21)
    back = plan_run(fit, target=there.loss.value)
    assert back.optimum["C"].value == pytest.approx(3e21, rel=1e-9)
    assert back.optimum["N"].value == pytest.approx(there.optimum["N"].value, rel=1e-9)


def test_target_below_the_floor_is_refused_with_the_floor() -> None:
    with pytest.raises(PlanError, match=r"floor of this law is E = 1\.817") as caught:
        plan_run(SETS["besiroglu2024"], target=1.8)
    assert caught.value.code == "E401"


def test_target_that_anything_reaches_is_refused() -> None:
    with pytest.raises(PlanError, match="already") as caught:
        plan_run(SETS["besiroglu2024"], target=100.0)
    assert caught.value.code == "E405"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({}, "E404"),
        ({"budget": 1e22, "target": 2.0}, "E404"),
        ({"budget": -1.0}, "E403"),
        ({"budget": float("nan")}, "E403"),
        ({"budget": 1e22, "min_params": 2e9, "max_params": 1e9}, "E403"),
    ],
)
def test_impossible_request_is_wrong_usage(options: dict[str, float], code: str) -> None:
    with pytest.raises(UsageError) as caught:
        plan_run(SETS["besiroglu2024"], **options)
    assert caught.value.code == code


def test_law_of_compute_alone_has_no_optimum() -> None:
    with pytest.raises(PlanError) as caught:
        plan_run(Fit.published("kaplan_compute"), budget=1e22)
    assert caught.value.code == "E402"


def test_repetition_law_weighs_epochs() -> None:
    plan = plan_run(Fit.published("muennighoff"), budget=6 * 6.34e9 * 242e9, unique_tokens=25e9)
    # Headline of the source: 6.34B on 242B tokens over 25B unique beats 8.67B on 178B.
    low, high = plan.flat["N"]  # type: ignore[misc]
    assert low < 6.34e9 < high < 8.67e9
    assert plan.optimum["epochs"].value == pytest.approx(9.0, rel=0.1)
    assert plan.loss.value <= 2.2256440889984477


def test_law_without_repetition_stops_at_the_unique_tokens() -> None:
    plan = plan_run(SETS["besiroglu2024"], budget=1e22, unique_tokens=25e9)
    assert plan.optimum["D"].value == pytest.approx(25e9, rel=1e-12)
    assert {"W503", "W505"} <= {finding.code for finding in plan.warnings}


def test_limit_on_size_binds_and_has_a_price() -> None:
    plan = plan_run(SETS["besiroglu2024"], budget=1e22, max_params=3e9)
    assert plan.optimum["N"].value == pytest.approx(3e9, rel=1e-12)
    assert plan.constraints["max_params"] == {"limit": 3e9, "unit": "parameters", "binds": True}
    assert plan.constraints["price"]["compute_factor"] > 1.1  # type: ignore[index]


def test_compute_that_limits_leave_over_is_said() -> None:
    plan = plan_run(SETS["besiroglu2024"], budget=1e24, max_params=1e10, unique_tokens=1e12)
    assert plan.optimum["C"].value == pytest.approx(6e22)
    assert "W511" in {finding.code for finding in plan.warnings}


def test_draws_give_intervals_and_regret() -> None:
    plan = plan_run(with_draws(SETS["besiroglu2024"]), budget=1e23)
    for item in (plan.optimum["N"], plan.optimum["D"], plan.loss):
        assert item.lo is not None
        assert item.hi is not None
        assert item.lo < item.value < item.hi
    assert 0.0 < plan.regret["loss"]["mean"] < plan.regret["loss"]["hi"]  # type: ignore[index]
    assert plan.regret["compute_factor"]["mean"] > 1.0  # type: ignore[index]
    assert "regret" in plan_text(plan)


def test_flat_region_ends_lose_the_stated_compute() -> None:
    fit = SETS["besiroglu2024"]
    plan = plan_run(fit, budget=1e22)
    allowed = plan_run(fit, budget=1e22 / 1.01).loss.value
    ends = np.array(plan.flat["N"])
    reached = fit.predict({"N": ends, "D": 1e22 / (6.0 * ends)}).value
    np.testing.assert_allclose(reached, allowed, rtol=1e-12)


def test_draws_that_cannot_reach_the_target_open_the_interval() -> None:
    fit = with_draws(SETS["besiroglu2024"])
    plan = plan_run(fit, target=1.83)
    assert plan.optimum["C"].hi is None
    assert "W509" in {finding.code for finding in plan.warnings}
    json.loads(plan.to_json())


@pytest.mark.parametrize("budget", [1e22, 1e25])
def test_reach_is_the_factor_beyond_the_evidence(budget: float) -> None:
    plan = plan_run(SETS["besiroglu2024"], budget=budget)
    assert plan.reach["C"] == pytest.approx(max(budget / 1.3e22, 1.0))
    assert plan.is_far is (budget > 1e24)
    assert ("W500" in plan_notes(plan)) is (budget > 1e24)


def test_plan_without_draws_says_there_is_no_interval() -> None:
    plan = plan_run(SETS["besiroglu2024"], budget=1e22)
    assert plan.loss.lo is None
    assert "no interval: published point values" in plan_text(plan)
    assert plan_text(plan).startswith("Train 9.05B parameters on 184B tokens")


def test_plan_is_one_reproducible_document() -> None:
    fit = with_draws(SETS["besiroglu2024"])
    first, second = (plan_run(fit, budget=1e22) for _ in range(2))
    assert first.to_json() == second.to_json()
    assert set(json.loads(first.to_json())) >= {
        "optimum", "loss", "regret", "constraints", "alternatives", "warnings",
    }  # fmt: skip
    assert len(repr(first).splitlines()) == 3


def test_every_warning_can_be_explained() -> None:
    plans: list[Plan] = [
        plan_run(Fit.published("farseer"), budget=1e22),
        plan_run(SETS["besiroglu2024"], budget=1e24, max_params=1e8, unique_tokens=1e12),
        plan_run(Fit.published("muennighoff"), budget=1e22, unique_tokens=1e9),
    ]
    codes = {finding.code for plan in plans for finding in plan.warnings}
    assert codes <= set(explanations())


def test_frontier_follows_the_power_law() -> None:
    budgets = np.geomspace(1e20, 1e24, 5)
    found = frontier(with_draws(SETS["besiroglu2024"]), budgets)
    slope = np.diff(np.log(found.N.value)) / np.diff(np.log(budgets))
    np.testing.assert_allclose(slope, 0.3658 / (0.3478 + 0.3658), rtol=1e-9)
    assert found.loss.lo is not None
    assert (found.loss.lo < found.loss.value).all()


def test_no_published_set_is_dropped_from_the_comparison() -> None:
    found = compare_published(1e22)
    labels = {row.label for row in found.rows}
    assert {"chinchilla@besiroglu2024", "farseer@farseer2025", "kaplan_data@kaplan2020"} <= labels
    assert found.ratio == pytest.approx(22.3 / 5.16, rel=0.01)
    assert all(row.is_comparable or row.note for row in found.rows)
    assert "differ 4.3x" in disagreement_text(found)
    json.loads(found.to_json())


@pytest.mark.parametrize("inference", [None, 1e12])
@pytest.mark.parametrize("unique", [None, 1e10])
@pytest.mark.parametrize("goal", [{"budget": 1e22}, {"target": 2.0}])
def test_exactly_one_question_claims_a_request(
    goal: dict[str, float], unique: float | None, inference: float | None
) -> None:
    request = Request(**goal, unique_tokens=unique, inference_tokens=inference)
    assert question_for(request).applies(request)
