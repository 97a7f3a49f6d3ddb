"""Check values of X40-X59 that are answers of decisions, not of one law's published set."""

from __future__ import annotations

import math

import numpy as np
import pytest

from isoflop.decide.architecture.experts import best_size
from isoflop.decide.architecture.granularity import leverage_granularity
from isoflop.decide.architecture.precision import best_bits
from isoflop.decide.architecture.replicas import forecast, settings_for
from isoflop.decide.architecture.routing import cutoff, effective_size, printed_cutoff
from isoflop.decide.architecture.streams import equivalent_size
from isoflop.laws.catalogue import get_law, get_published, get_rule
from isoflop.testing.law_answers import matching_digits

MOE_JOINT = "moe_joint@jointmoe2025"


def agree(found: float, stated: float, tolerance: float) -> None:
    error = abs(found - stated) / abs(stated)
    text = f"{found:.8g}, stated {stated:.8g}: {matching_digits(error):.1f} digits match"
    assert error <= tolerance, text


def values_of(reference: str) -> dict[str, float]:
    return dict(get_published(reference)[1].values)


@pytest.mark.parametrize(
    ("router", "from_rounded", "printed"),
    [("s-base", 1.0e12, 937e9), ("rl-r", 3.2e10, 85e9), ("hash", 2.2e11, 83e9)],
)
def test_rounded_constants_do_not_give_the_printed_cutoff(router, from_rounded, printed):
    agree(cutoff(values_of(f"moe_clark@clark2022-{router}")), from_rounded, 0.03)
    agree(printed_cutoff(router), printed, 1e-12)


def test_effective_size_of_5m_with_128_experts():
    values = values_of("moe_clark@clark2022-s-base")
    agree(effective_size(values, 5e6, 128.0), 51.8e6, 1e-3)
    agree(effective_size(values, 5e6, 1.0), 5e6, 1e-12)


def test_effective_size_has_the_loss_of_the_routed_model():
    law, published = get_published("moe_clark@clark2022-s-base")
    size = effective_size(published.values, 1e8, 64.0)
    dense = law.predict({"N": size, "E_x": 1.0}, published.values)[0]
    routed = law.predict({"N": 1e8, "E_x": 64.0}, published.values)[0]
    agree(float(dense), float(routed), 1e-12)


@pytest.mark.parametrize(
    ("experts", "N", "ratio", "loss"),
    [(1.0, 5.7e9, 5.1, 2.350), (8.0, 3.8e9, 11.6, 2.295), (32.0, 2.9e9, 20.0, 2.248)],
)
def test_compute_optimal_mixtures_at_1e21(experts, N, ratio, loss):
    law, published = get_published(MOE_JOINT)
    size, tokens = best_size(published.values, 1e21, experts)
    agree(size, N, 0.01)
    agree(tokens / size, ratio, 0.01)
    found = law.predict({"N_active": size, "D": tokens, "E_x": experts}, published.values)
    agree(float(found[0]), loss, 3e-4)


def test_more_experts_never_hurt_at_fixed_active_size():
    law, published = get_published(MOE_JOINT)
    experts = 2.0 ** np.arange(6)
    losses = law.predict({"N_active": 1e9, "D": 2e10, "E_x": experts}, published.values)
    assert (np.diff(losses) < 0.0).all()


def test_best_granularity_of_the_leverage_law():
    agree(leverage_granularity(values_of("moe_leverage@leverage2025")), 11.3, 5e-3)


def test_leverage_of_a_dense_model_is_near_one():
    law, published = get_published("moe_leverage@leverage2025")
    found = law.predict({"A": 1.0, "G": 12.0, "C": 1e22}, published.values)
    agree(float(found[0]), 0.99, 5e-3)


@pytest.mark.parametrize(("N", "P"), [(4.33e9, 1), (3.4e9, 2), (2.8e9, 4), (2.38e9, 8)])
def test_equivalent_sizes_of_the_stack_demo(N, P):
    law, published = get_published("parscale@parscale2025-stack")
    agree(float(law.predict({"N_ne": N, "P": P}, published.values)[0]), 1.01548, 5e-5)
    agree(equivalent_size(published.values, N, P), 4.33e9, 2e-3)


def test_one_stream_is_the_plain_model():
    assert equivalent_size(values_of("parscale@parscale2025-stack"), 1e9, 1) == 1e9


def test_best_bits_of_equal_sensitivities():
    agree(best_bits([2.0, 2.0, 2.0]), 1.9038137 * 2.0, 1e-7)
    agree(float(get_rule("precision_optimum")(g=2.0)["P"]), best_bits([2.0] * 3), 1e-12)


def test_recalled_sensitivities_contradict_the_published_precision():
    agree(best_bits([2.6745, 2.2102, 0.9578]), 3.5, 0.02)


@pytest.mark.parametrize(("bits", "g"), [(7.0, 3.7), (8.0, 4.2)])
def test_sensitivity_the_published_precision_would_need(bits, g):
    agree(best_bits([g] * 3), bits, 0.01)


@pytest.mark.parametrize(
    ("N", "predicted", "measured", "error"),
    [(4e9, 2.204, 2.224, -0.009), (1e10, 2.020, 2.090, -0.034)],
)
def test_data_parallel_law_falls_below_held_out_losses(N, predicted, measured, error):
    found = forecast(N, "dp")
    agree(found, predicted, 5e-4)
    assert found / measured - 1.0 == pytest.approx(error, abs=1e-3)


def test_joint_law_says_replicas_always_cost_loss():
    losses = [settings_for(1e10, M).loss for M in (1, 2, 4, 8)]
    assert losses == sorted(losses)
    agree(losses[3] / losses[0], 8.0**0.0116, 1e-12)


@pytest.mark.parametrize("s", [0.5, 2.0, 10.0])
@pytest.mark.parametrize("alpha", [0.2, 1 / 3, 0.8, 1.0])
def test_compound_scaling_spends_exactly_s(s, alpha):
    found = get_rule("fast_compound")(s=s, alpha=alpha, depth=10.0, width=64.0, resolution=224.0)
    compute = found["depth_new"] * found["width_new"] ** 2 * found["resolution_new"] ** 2
    agree(float(compute), s * 10.0 * 64.0**2 * 224.0**2, 1e-12)
    activations = found["depth_new"] * found["width_new"] * found["resolution_new"] ** 2
    agree(float(activations / (10.0 * 64.0 * 224.0**2)), float(found["activations"]), 1e-12)


def test_sparser_is_worse_at_fixed_total_size():
    law = get_law("moe_sparsity")
    sparsity = np.array([0.0, 0.5, 0.9, 0.98])
    at = {"N": 1e9, "D": 2e10, "sparsity": sparsity}
    assert (np.diff(law.predict(at, law.coefficients().values)) > 0.0).all()


def test_precision_law_needs_bits_to_have_parameters():
    law = get_law("precision_training")
    values = {
        "A": 400.0,
        "alpha": 0.5,
        "B": 2e4,
        "beta": 0.5,
        "E": 2.0,
        "g_w": 2.0,
        "g_a": 2.0,
        "g_kv": 2.0,
    }
    at = {"N": 1e9, "D": 1e10, "P_w": 4.0, "P_a": 1e3, "P_kv": 1e3}
    kept = 1.0 - math.exp(-2.0)
    plain = 2.0 + 400.0 * (1e9 * kept) ** -0.5 + 2e4 * 1e10**-0.5
    agree(float(law.predict(at, values)[0]), plain, 1e-12)
