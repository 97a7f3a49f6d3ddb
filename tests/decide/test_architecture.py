"""What laws of architecture decide, against grids, closed forms and limit cases."""

from __future__ import annotations

import numpy as np
import pytest

from isoflop.core.errors import PlanError, UsageError
from isoflop.decide.architecture.experts import compare_experts
from isoflop.decide.architecture.granularity import (
    best_granularity,
    dense_equivalent,
    leverage_granularity,
)
from isoflop.decide.architecture.growth import is_worthwhile, speed_up, stacking_tokens
from isoflop.decide.architecture.inactive import best_sparsity
from isoflop.decide.architecture.precision import best_bits, best_bits_at_size, critical_tokens
from isoflop.decide.architecture.pruning import (
    best_final_sparsity,
    density,
    mean_density,
    training_cost,
)
from isoflop.decide.architecture.replicas import (
    BANDWIDTH,
    Cluster,
    bandwidth,
    fastest,
    settings_for,
    wall_seconds,
)
from isoflop.decide.architecture.routing import printed_cutoff
from isoflop.decide.architecture.streams import best_streams
from isoflop.decide.architecture.upcycling import scratch_loss, upcycle_until
from isoflop.decide.architecture.vocabulary import by_parametric
from isoflop.laws.catalogue import get_law, get_published
from isoflop.laws.sparsity.moe_upcycle import LAW as UPCYCLE

JOINT = get_published("moe_joint@jointmoe2025")[1].values
SPARSITY = get_law("moe_sparsity").coefficients().values
GRANULAR = get_law("moe_granular").coefficients().values
LEVERAGE = get_law("moe_leverage").coefficients().values
T5 = get_published("sparse_frantar@frantar2023-t5")[1].values
STACK = get_law("parscale").coefficients().values
PRECISION = {
    "A": 4e3,
    "alpha": 0.5,
    "B": 2e4,
    "beta": 0.5,
    "E": 2.0,
    "g_w": 2.5,
    "g_a": 2.0,
    "g_kv": 1.0,
}
POST = {
    "A": 4e3,
    "alpha": 0.5,
    "B": 2e4,
    "beta": 0.5,
    "E": 2.0,
    "C_T": 0.1,
    "g_D": 0.5,
    "g_N": 0.5,
    "g_post": 0.6,
}
UPCYCLED = {"A": 40.0, "a1": 0.12, "a2": 0.35, "a3": 0.009, "E": 1.9}
SCRATCH = {"A": 100.0, "a": 0.28, "E": 1.9}


def test_without_limits_most_experts_win():
    rows = compare_experts(JOINT, 1e21, expert_share=0.67)
    assert rows[0].experts == 32
    assert not any(row.limited for row in rows)


def test_memory_makes_fewer_experts_best():
    rows = compare_experts(JOINT, 1e21, expert_share=0.67, most_total=6e9)
    assert rows[0].experts < 32
    assert all(row.total <= 6e9 * (1 + 1e-12) for row in rows)


def test_every_mixture_spends_the_budget():
    rows = compare_experts(JOINT, 1e21, expert_share=0.67, most_active=1e9)
    assert [6.0 * row.N_active * row.D for row in rows] == pytest.approx([1e21] * len(rows))
    assert all(row.N_active <= 1e9 for row in rows)


def test_an_impossible_share_is_refused():
    with pytest.raises(PlanError) as error:
        compare_experts(JOINT, 1e21, expert_share=1.5)
    assert error.value.code == "E553"


def test_an_unknown_router_is_refused():
    with pytest.raises(UsageError) as error:
        printed_cutoff("s-bose")
    assert "s-base" in (error.value.do or "")


def test_memory_lowers_the_best_sparsity():
    free = best_sparsity(SPARSITY, 1e21, expert_share=0.9)
    tight = best_sparsity(SPARSITY, 1e21, expert_share=0.9, most_total=2e9)
    assert tight.sparsity < free.sparsity
    assert tight.loss > free.loss
    assert tight.N <= 2e9


def test_best_sparsity_tends_to_the_highest_with_compute():
    found = [best_sparsity(SPARSITY, C, expert_share=0.95).sparsity for C in (1e19, 1e21, 1e23)]
    assert found == sorted(found)


def test_a_memory_for_no_model_is_refused():
    with pytest.raises(PlanError) as error:
        best_sparsity(SPARSITY, 1e21, expert_share=0.9, most_total=1e6)
    assert error.value.code == "E553"


def test_best_granularity_grows_with_compute_and_is_never_one():
    found = [best_granularity(GRANULAR, C).G for C in (1e18, 1e20, 1e22, 1e24)]
    assert found == sorted(found)
    assert found[0] > 1.0
    assert found[0] < found[-1]


def test_leverage_is_highest_at_its_granularity():
    best = leverage_granularity(LEVERAGE)
    around = [dense_equivalent(LEVERAGE, 1e22, 0.03, G) for G in (0.8 * best, best, 1.25 * best)]
    assert max(around) == around[1]


def test_leverage_without_a_maximum_is_refused():
    with pytest.raises(PlanError) as error:
        leverage_granularity({**LEVERAGE, "gamma": -0.1})
    assert error.value.code == "E552"


def test_upcycling_turns_where_the_curves_cross():
    D2 = upcycle_until(UPCYCLED, SCRATCH, 1e11)
    upcycled = float(UPCYCLE.predict({"D1": 1e11, "D2": D2}, UPCYCLED)[0])
    assert upcycled == pytest.approx(scratch_loss(SCRATCH, D2), rel=1e-9)


def test_paying_for_the_dense_tokens_makes_upcycling_turn_earlier():
    sunk = upcycle_until(UPCYCLED, SCRATCH, 1e11)
    assert upcycle_until(UPCYCLED, SCRATCH, 1e11, dense_cost=0.05) < sunk


def test_upcycling_without_a_turning_point_is_refused():
    with pytest.raises(PlanError) as error:
        upcycle_until(UPCYCLED, {**SCRATCH, "E": 5.0}, 1e11)
    assert "upcycling wins in the end" in error.value.what


@pytest.mark.parametrize("sparsity", [0.0, 0.5, 0.8])
def test_mean_density_is_the_mean_of_the_schedule(sparsity):
    progress = (np.arange(20_000) + 0.5) / 20_000
    mean = np.mean([density(one, sparsity) for one in progress])
    assert mean_density(sparsity) == pytest.approx(mean, rel=1e-7)
    stated = 0.25 + 0.5 * (1.0 - 0.75 * sparsity) + 0.25 * (1.0 - sparsity)
    assert mean_density(sparsity) == pytest.approx(stated, rel=1e-12)


def test_a_dense_model_costs_what_it_costs():
    assert training_cost(0.0) == 1.0
    assert training_cost(0.75) == pytest.approx((0.25 + 0.5 * 0.4375) / 0.25 + 0.25)


def test_best_final_sparsity_rises_with_tokens():
    found = [best_final_sparsity(T5, 1e8, C).sparsity for C in (3e18, 3e19, 3e20)]
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_bits_of_one_part_alone_have_no_optimum():
    with pytest.raises(PlanError) as error:
        best_bits([2.0])
    assert error.value.code == "E552"


def test_best_bits_minimise_the_loss_with_size_and_tokens_free():
    law = get_law("precision_training")
    bits = np.linspace(3.0, 12.0, 361)
    N = np.geomspace(1e7, 1e11, 1601)
    best = []
    for P in bits:
        D = 1e21 * 16.0 / (6.0 * N * P)
        full = {"N": N, "D": D, "P_w": P, "P_a": P, "P_kv": P}
        best.append(law.predict(full, PRECISION).min())
    assert best_bits([2.5, 2.0, 1.0]) == pytest.approx(bits[int(np.argmin(best))], abs=0.05)


def test_best_bits_of_a_fixed_size_grow_like_log_compute():
    found = [best_bits_at_size(PRECISION, 1e9, C) for C in (1e20, 1e21, 1e22, 1e23)]
    steps = np.diff(found)
    assert (steps > 0.5).all()
    assert steps.max() / steps.min() < 1.6


def test_more_tokens_than_the_critical_ones_hurt_the_quantised_model():
    law = get_law("precision_post")
    D = critical_tokens(POST, 1e9, 4.0)
    at = {"N": 1e9, "D": D * np.array([0.9, 1.0, 1.1]), "P_post": 4.0}
    below, critical, above = law.predict(at, POST)
    assert critical < min(below, above)


def test_speed_up_of_a_law_that_saves_a_third():
    base = {"C_c": 3e25, "alpha": 0.05}
    grown = {"C_c": 2e25, "alpha": 0.05}
    assert speed_up(base, grown, 2.5) == pytest.approx(0.5)
    assert is_worthwhile(speed_up(base, grown, 2.5))
    assert not is_worthwhile(speed_up(base, base, 2.5))


def test_stacking_tokens_come_with_their_flat_range():
    low, guideline, high = stacking_tokens(8e9, 7.2e23)
    assert guideline == pytest.approx(6.58e9, rel=1e-3)
    assert (low, high) == pytest.approx((guideline / 3.0, 3.0 * guideline))


def test_streams_are_chosen_where_memory_is_short():
    sizes = (1e9, 2e9, 4e9)
    assert best_streams(STACK, sizes, most_parameters=1e9).P == 8
    compute_bound = best_streams(STACK, sizes, most_work=4e9)
    assert (compute_bound.N, compute_bound.P) == (4e9, 1)


def test_no_size_within_the_limits_is_refused():
    with pytest.raises(PlanError) as error:
        best_streams(STACK, (1e9,), most_parameters=1e8)
    assert error.value.code == "E553"


def test_batch_grows_with_replicas():
    assert settings_for(1e9, 8).batch / settings_for(1e9, 1).batch == pytest.approx(8.0**0.3399)


def test_unstudied_replicas_are_refused():
    with pytest.raises(UsageError) as error:
        settings_for(1e9, 3)
    assert error.value.code == "E553"


def test_rare_exchange_costs_only_compute():
    settings = settings_for(1e9, 4)
    seconds = wall_seconds(settings, 10**9, Cluster(1e18, 10.0))
    assert seconds == pytest.approx(20.0 * 6.0 * 1e18 / 1e18, rel=1e-5)


def test_slow_links_call_for_rare_exchange_and_large_batches():
    chosen = fastest(1e9, Cluster(1e18, 10.0), (1, 30, 100), most_loss=10.0)
    assert (chosen.inner_steps, chosen.settings.M) == (100, 8)


def test_a_loss_that_replicas_cannot_reach_is_refused():
    with pytest.raises(PlanError) as error:
        fastest(1e9, Cluster(1e18, 10.0), (30,), most_loss=1.0)
    assert error.value.code == "E553"


@pytest.mark.parametrize("steps", sorted(BANDWIDTH))
def test_bandwidth_is_that_of_the_table(steps):
    assert bandwidth(steps, 0.9) == pytest.approx(BANDWIDTH[steps][2])
    assert bandwidth(steps, 0.5) <= bandwidth(steps, 0.85) <= bandwidth(steps, 0.99)


def test_bandwidth_outside_of_the_table_is_refused():
    with pytest.raises(UsageError):
        bandwidth(50, 0.9)


def test_a_vocabulary_without_an_optimum_is_refused():
    values = get_law("vocab_parametric").coefficients("vocabulary2024").values
    with pytest.raises(PlanError) as error:
        by_parametric(1e9, 2048, 1e21, {**values, "A2": 1e-300})
    assert error.value.code == "E552"


def test_the_parametric_vocabulary_minimises_the_loss():
    law = get_law("vocab_parametric")
    values = law.coefficients("vocabulary2024").values
    V = np.geomspace(1e4, 1e6, 20_001)
    N_v = 4096.0 * V
    D = 1e22 / (6.0 * (7e9 + N_v))
    lowest = float(V[law.predict({"N_ne": 7e9, "N_v": N_v, "D": D}, values).argmin()])
    assert by_parametric(7e9, 4096, 1e22, values) == pytest.approx(lowest, rel=1e-3)
