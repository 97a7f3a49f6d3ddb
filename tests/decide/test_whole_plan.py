"""The whole plan: limits, goals, conflicts, sensitivities, and requests that no plan meets."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from isoflop.core.errors import PlanError, UsageError
from isoflop.core.explain import explanations
from isoflop.decide.case import Evidence, Tokenised
from isoflop.decide.demand import Demand, Latency, sized_request
from isoflop.decide.hardware.find_accelerator import accelerator
from isoflop.decide.machines import Machines, compute_limits
from isoflop.decide.plan_run import plan_for, plan_run, problem_of
from isoflop.decide.question import Request
from isoflop.decide.settle import wasted
from isoflop.decide.whole_plan import WholePlan, whole_plan
from isoflop.decide.whole_text import whole_text
from isoflop.fit.fit import Fit
from isoflop.show.plan_page import plan_html

FIT = Fit.published("chinchilla@besiroglu2024")
H100 = accelerator("h100-sxm").with_recalled()
CLUSTER = Machines(H100, 512)
ISSUE = Demand(
    Request(budget=1e23, inference_tokens=3e12, unique_tokens=2e12), machines=CLUSTER, days=21.0
)


@pytest.fixture(scope="module")
def whole() -> WholePlan:
    return whole_plan(FIT, ISSUE)


def with_draws(fit: Fit, n: int = 30) -> Fit:
    rng = np.random.default_rng(7)
    point = np.array([fit.values[name] for name in fit.law.parameter_names])
    scale = np.array([0.01, 0.05, 0.01, 0.05, 0.01])
    return replace(fit, draws=point * np.exp(scale * rng.standard_normal((n, 5))))


def refused(demand: Demand) -> PlanError:
    with pytest.raises(PlanError) as caught:
        whole_plan(FIT, demand)
    return caught.value


def test_the_whole_plan_spends_the_budget_and_no_more(whole: WholePlan) -> None:
    assert whole.plan.optimum["C"].value == pytest.approx(1e23, rel=1e-9)
    assert whole.limits[0].name == "budget"
    # 512 x 989e12 x 40% x 21 days, before failures take their share.
    ideal = 512 * 989e12 * 0.4 * 21 * 86_400
    assert 0.95 * ideal < whole.limits[1].flop < ideal


def test_serving_makes_the_model_smaller_than_the_lowest_loss_would(whole: WholePlan) -> None:
    plain = plan_run(FIT, budget=1e23)
    assert whole.plan.optimum["N"].value < 0.6 * plain.optimum["N"].value
    assert whole.plan.loss.value > plain.loss.value
    named = {choice.name: choice for choice in whole.choices}
    lowest = named["lowest loss, serving not counted"].N
    assert lowest == pytest.approx(plain.optimum["N"].value)
    same = named["that loss, cheapest life"]
    assert same.loss == pytest.approx(plain.loss.value, rel=1e-9)
    assert not same.fits


def test_no_run_within_the_budget_is_better_in_loss_and_life_both(whole: WholePlan) -> None:
    sizes = whole.plan.optimum["N"].value * np.exp(np.linspace(-2.0, 2.0, 401))
    served = 1e12
    for share in (0.5, 0.9, 1.0):
        tokens = share * 1e23 / (6.0 * sizes)
        loss = FIT.predict({"N": sizes, "D": tokens}).value
        total = 6.0 * sizes * (tokens + served)
        life = whole.plan.optimum["C_total"].value
        better = (loss < whole.plan.loss.value - 1e-9) & (total < life * (1.0 - 1e-6))
        assert not better.any()


def test_every_question_is_answered_or_says_what_it_needs(whole: WholePlan) -> None:
    names = [answer.name for answer in whole.answers]
    assert names[0] == "shape"
    assert len(names) == 9
    assert all(answer.basis != "nothing" or answer.missing for answer in whole.answers)
    assert all(answer.sources for answer in whole.answers if answer.basis == "published")
    known = {source.key for source in whole.cite()}
    assert set(whole.sources) == known


def test_rivals_price_both_mistakes_and_none_is_free(whole: WholePlan) -> None:
    sure = [one for one in whole.rivals if not one.note]
    assert whole.rivals[: len(sure)] == tuple(sure)
    assert sure[0].if_true[1] > sure[-1].if_true[1]
    assert all(one.if_true[0] >= 0.0 and one.if_followed[0] >= 0.0 for one in whole.rivals)
    assert FIT.label not in {one.label for one in whole.rivals}


def test_a_further_fit_of_ones_own_stands_beside_the_published_ones() -> None:
    own = replace(Fit.published("chinchilla@hoffmann2022"), label="mine")
    found = whole_plan(FIT, Demand(Request(budget=1e22), rivals=(own,)))
    named = {rival.label: rival for rival in found.rivals}
    best = plan_run(own, budget=1e22)
    assert pytest.approx(best.optimum["N"].value, rel=1e-6) == named["mine"].N
    assert named["mine"].if_true[1] > 0.0


def test_effects_are_ranked_and_a_floor_moves_no_size(whole: WholePlan) -> None:
    sizes = [effect.size for effect in whole.effects]
    assert sizes == sorted(sizes, reverse=True)
    named = {effect.of: effect for effect in whole.effects}
    floor = named["parameter E"]
    # E alone: loss by 1.645 standard errors of 0.03, size not at all.
    assert floor.loss == pytest.approx((-0.04935, 0.04935), abs=1e-6)
    assert max(map(abs, floor.log_size)) < 1e-6
    assert named["utilisation"].log_size == (0.0, 0.0)


def test_effect_of_doubled_compute_is_the_plan_made_anew() -> None:
    found = whole_plan(FIT, Demand(Request(budget=1e22)))
    named = {effect.of: effect for effect in found.effects}
    a = FIT.values["beta"] / (FIT.values["alpha"] + FIT.values["beta"])
    assert named["training compute"].log_size == pytest.approx(
        (-a * np.log(2.0), a * np.log(2.0)), rel=1e-6
    )


def test_parameters_of_an_ensemble_move_together() -> None:
    rng = np.random.default_rng(3)
    point = np.array([FIT.values[name] for name in FIT.law.parameter_names])
    # ln A and alpha move as one: A*N^-alpha keeps its value at N = 1e9 in every draw.
    shift = 0.02 * rng.standard_normal(200)
    draws = np.tile(point, (200, 1))
    draws[:, 2] = point[2] * np.exp(shift)
    draws[:, 1] = point[1] * np.exp((draws[:, 2] - point[2]) * np.log(1e9))
    tied = replace(FIT, draws=draws, label="tied")
    ensemble = {e.of: e for e in whole_plan(tied, Demand(Request(budget=1e22))).effects}
    alone = {e.of: e for e in whole_plan(FIT, Demand(Request(budget=1e22))).effects}
    assert ensemble["parameter A"].size < 0.3 * alone["parameter A"].size


def test_intervals_of_a_fit_reach_the_whole_plan() -> None:
    found = whole_plan(with_draws(FIT), replace(ISSUE, limits=Request(budget=1e22)))
    size = found.plan.optimum["N"]
    assert size.lo is not None
    assert size.hi is not None
    assert size.lo < size.value < size.hi


def test_wasted_compute_agrees_with_the_bisected_price() -> None:
    plan = plan_run(FIT, budget=1e22)
    problem = problem_of(FIT, Request(budget=1e22))
    other = plan.alternatives[0]
    extra, share = wasted(problem, other.inputs["N"], other.inputs["D"])
    assert extra == pytest.approx(other.extra_loss.value, rel=1e-6)
    assert 1.0 / (1.0 - share) == pytest.approx(other.compute_factor.value, rel=1e-4)


def test_money_buys_compute_at_the_high_end_of_the_price() -> None:
    (limit,) = compute_limits(None, None, 1e6, CLUSTER)
    hours = 1e6 / 4.0
    assert limit.flop == pytest.approx(hours * 3600.0 * CLUSTER.flop_per_second[1])
    with pytest.raises(UsageError, match="needs a price"):
        compute_limits(None, None, 1e6, Machines(accelerator("h100-sxm"), 8))


def test_a_deadline_out_of_reach_names_itself_and_the_nearest_plan() -> None:
    error = refused(Demand(Request(target=2.0), machines=Machines(H100, 64), days=21.0))
    assert error.code == "E632"
    assert error.where == "the limit that binds: deadline"
    needed = plan_run(FIT, target=2.0).optimum["C"].value
    days = Machines(H100, 64).days(needed)[0]
    assert f"{days:.3g} days on these machines" in str(error.do)


def test_without_unique_tokens_the_plan_says_how_many_it_wants() -> None:
    error = refused(Demand(Request(budget=1e22, unique_tokens=0.0)))
    assert error.where == "the limit that binds: unique_tokens"
    assert "184B tokens" in str(error.do)
    assert "46.1B unique ones" in str(error.do)


def test_too_few_unique_tokens_bind_a_target_and_the_floor_is_told() -> None:
    error = refused(Demand(Request(target=2.1, unique_tokens=20e9)))
    assert error.where == "the limit that binds: unique_tokens"
    v = FIT.values
    floor = v["E"] + v["B"] * 20e9 ** -v["beta"]
    assert f"{float(str(error.do).split('loss ')[1].split(' ')[0]):.3f}" == f"{floor:.3f}"


def test_memory_makes_the_plan_smaller_or_refuses_a_size() -> None:
    one = Demand(Request(budget=1e22), machines=Machines(H100, 1))
    found = whole_plan(FIT, one)
    free = plan_run(FIT, budget=1e22).optimum["N"].value
    assert found.plan.optimum["N"].value < 0.6 * free
    assert "W631" in {finding.code for finding in found.warnings}
    assert found.place is not None
    assert found.place.memory.verdict == "fits"
    error = refused(replace(one, limits=Request(budget=1e22, min_params=9e9)))
    assert error.where == "the limit that binds: memory"


def test_a_chip_without_a_figure_costs_the_layout_and_nothing_else() -> None:
    pods = Machines(accelerator("tpu-v5p").with_recalled(), 96, mfu=0.4)
    found = whole_plan(FIT, Demand(Request(budget=1e21), machines=pods))
    assert found.place is None
    assert "W635" in {finding.code for finding in found.warnings}
    assert found.price() is not None


def test_a_loss_below_the_floor_blames_no_limit() -> None:
    assert refused(Demand(Request(target=1.5, unique_tokens=1e12))).code == "E401"


def test_latency_limits_the_size_by_reading_the_weights_once() -> None:
    demand = Demand(
        Request(budget=1e23), machines=CLUSTER, latency=Latency(seconds=5e-3, devices=1)
    )
    # 3.35 TB/s for 5 ms, two bytes a weight.
    assert sized_request(demand).max_params == pytest.approx(3.35e12 * 5e-3 / 2.0)


@pytest.mark.parametrize(
    "demand",
    [
        Demand(Request(budget=1e22), objective="money"),
        Demand(Request(budget=1e22), objective="serving"),
        Demand(Request()),
        Demand(Request(budget=1e22), latency=Latency(1e-2)),
    ],
)
def test_a_goal_without_what_it_needs_is_refused(demand: Demand) -> None:
    with pytest.raises(UsageError) as caught:
        whole_plan(FIT, demand)
    assert caught.value.code == "E631"


def test_money_for_a_target_weighs_serving_by_its_price() -> None:
    limits = Request(target=2.1, inference_tokens=2e12)
    plain = whole_plan(FIT, Demand(limits, objective="money"))
    dear = whole_plan(FIT, Demand(replace(limits, serving_price=4.0), objective="money"))
    same = plan_for(FIT, replace(limits, inference_tokens=8e12))
    assert dear.plan.optimum["N"].value < plain.plan.optimum["N"].value
    assert dear.plan.optimum["N"].value == pytest.approx(same.optimum["N"].value, rel=1e-9)


def test_a_score_is_reached_through_its_law() -> None:
    law = Fit.published("gadre_error@gadre2024-c4")
    demand = Demand(Request(), score_law=law, target_score=0.55)
    found = whole_plan(FIT, demand)
    assert found.score is not None
    assert found.score.value == pytest.approx(0.55, rel=1e-9)
    loss = np.log(2.079 / (0.8497 - 0.55)) / 0.7561
    assert found.plan.loss.value == pytest.approx(loss, rel=1e-6)
    error = refused(replace(demand, target_score=0.9))
    assert error.code == "E633"


def test_an_input_beside_size_and_tokens_is_chosen() -> None:
    moe = Fit.published("moe_joint@jointmoe2025")
    found = whole_plan(moe, Demand(Request(budget=1e21), choose={"E_x": (1.0, 32.0)}))
    # Catalogue X43: at 1e21 FLOP 32 experts take 2.9B active parameters and reach 2.248.
    assert found.plan.optimum["E_x"].value == pytest.approx(32.0)
    assert found.plan.optimum["N"].value == pytest.approx(2.9e9, rel=0.02)
    assert found.plan.loss.value == pytest.approx(2.248, abs=1e-3)
    with pytest.raises(PlanError, match="also depends on E_x"):
        plan_run(moe, budget=1e21)
    with pytest.raises(UsageError) as caught:
        whole_plan(moe, Demand(Request(budget=1e21), choose={"G": (1.0, 8.0)}))
    assert caught.value.code == "E636"


def test_published_allocation_under_repetition_is_nearly_as_good() -> None:
    # L26: over 25B unique tokens 6.34B on 242B tokens; loss 2.22564 by the published law.
    fit = Fit.published("muennighoff")
    plan = plan_run(fit, budget=6.0 * 6.34e9 * 242e9, unique_tokens=25e9)
    low, high = map(float, plan.flat["N"])  # type: ignore[call-overload]
    assert low < 6.34e9 < high
    assert plan.loss.value == pytest.approx(2.2256440889984477, abs=2e-4)
    assert plan.loss.value <= 2.2256440889984477


def test_passes_can_be_capped() -> None:
    fit = Fit.published("muennighoff")
    plan = plan_run(fit, budget=9.2e21, unique_tokens=25e9, max_epochs=4.0)
    assert plan.optimum["epochs"].value == pytest.approx(4.0)
    assert "max_epochs" in {n for n, one in plan.constraints.items() if one.get("binds")}  # type: ignore[attr-defined]


def test_many_passes_without_dropout_are_warned_about() -> None:
    fit = Fit.published("muennighoff")
    demand = Demand(Request(budget=9.2e21, unique_tokens=25e9))
    dropped = replace(demand, evidence=Evidence(dropout=0.1))
    codes = [{f.code for f in whole_plan(fit, one).warnings} for one in (demand, dropped)]
    assert "W630" in codes[0]
    assert "W630" not in codes[1]


def test_text_and_page_lead_with_the_decision(whole: WholePlan) -> None:
    text, page = whole_text(whole), plan_html(whole)
    assert text.startswith("Train 13.1B parameters on 1.27T tokens")
    assert text.index("Other goals") < text.index("Questions") < text.index("What would change")
    assert page.index("The decision") < page.index("What would change this plan")
    assert "<script" not in page
    assert page == plan_html(whole)


def test_the_document_keeps_the_contract_of_a_plan(whole: WholePlan) -> None:
    document = json.loads(whole.to_json())
    contract = {"optimum", "loss", "regret", "constraints", "alternatives", "warnings"}
    assert contract <= set(document)
    assert {"questions", "effects", "rivals", "choices", "price", "layout"} <= set(document)
    assert {finding.code for finding in whole.warnings} <= set(explanations())


def test_a_page_escapes_what_came_from_a_file() -> None:
    evil = replace(FIT, label="<script>alert(1)</script>", method="fitted")
    page = plan_html(whole_plan(evil, Demand(Request(budget=1e22))))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_small_models_get_a_vocabulary_that_leaves_room_for_layers() -> None:
    found = whole_plan(FIT, Demand(Request(budget=1e18), tokenised=Tokenised(context=1024)))
    assert found.shape.vocab < 32_768
    assert found.shape.n_layer >= 4


def test_a_parameter_that_some_draws_hold_at_zero_never_turns_negative() -> None:
    rng = np.random.default_rng(5)
    point = np.array([FIT.values[name] for name in FIT.law.parameter_names])
    draws = point * np.exp(np.array([0.5, 0.3, 0.1, 0.3, 0.1]) * rng.standard_normal((60, 5)))
    draws[:10, 0] = 0.0
    effects = whole_plan(replace(FIT, draws=draws), Demand(Request(budget=1e22))).effects
    assert all(np.isfinite([*one.log_size, *one.log_cost]).all() for one in effects)
    assert len(effects) >= 7
