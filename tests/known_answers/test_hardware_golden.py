"""The hardware page of the catalogue, number by number, against what the planner computes."""

from __future__ import annotations

import pytest

from isoflop.core.flops import Shape
from isoflop.decide.hardware.activations import kept_bytes, layer_bytes
from isoflop.decide.hardware.cost import (
    GOODPUT,
    Site,
    device_hours,
    implied_mfu,
    kilowatt_hours,
    planning_mfu,
)
from isoflop.decide.hardware.evidence import real_runs, throughputs, weak_scaling
from isoflop.decide.hardware.find_accelerator import accelerator, shipped
from isoflop.decide.hardware.goodput import HOURS_A_FAILURE, Reliability, goodput, lost_share
from isoflop.decide.hardware.layout import Job, Layout
from isoflop.decide.hardware.memory import memory_of
from isoflop.decide.hardware.model import Model, block_flop
from isoflop.decide.hardware.network import CALL_SECONDS, all_reduce, gather, ring, traffic_of
from isoflop.decide.hardware.pipeline import dual_pipe, idle_share, overhead, zero_bubble
from isoflop.decide.hardware.states import STATES, sharded, states_of
from isoflop.testing.law_answers import matching_digits

PLAIN = Shape(n_layer=48, d=8192, vocab=51_200, seq_len=2048, n_head=64)
S, H, A = 2048, 8192, 64
NO_OUTPUT_DROPPED = Model(PLAIN, dropout=True, flash=False)
FLASH = Model(PLAIN, dropout=True)


def digits(found: float, printed: float, at_least: float) -> None:
    agree = matching_digits(abs(found / printed - 1.0))
    assert agree >= at_least, f"{found:.6g} against {printed:.6g}: {agree:.1f} digits agree"


# H01


@pytest.mark.parametrize("row", throughputs(), ids=lambda row: f"{row.name} {row.chip}")
def test_utilisation_of_the_public_table_is_reproduced(row):
    shape = row.job.model.shape
    positions = shape.seq_len * shape.d
    per_token = row.job.model.flop_per_token() + 6.0 * positions
    rate = row.job.tokens / row.layout.devices / row.seconds
    peak = row.accelerator.peak_flops(row.job.precision)
    digits(per_token * rate / peak, row.mfu, 2.5)
    digits(row.job.model.parameters + positions, row.parameters, 2.7)


def test_the_printed_case_gives_64_2_percent():
    per_token = 6.0 * 6.6589e9 + 12.0 * 32 * 4096 * 2048
    digits(per_token * 4641 / 312e12, 0.642, 3.0)


def test_the_block_form_counts_what_the_matrices_do():
    model = Model(PLAIN)
    digits(block_flop(model, 8), model.flop_per_token() * 8 * S, 12.0)


def test_full_recompute_is_four_thirds_of_the_layers():
    model = Model(PLAIN)
    head = 6.0 * model.vocabulary_weights * 8 * S
    once = block_flop(model, 8) - head
    digits(block_flop(model, 8, full_recompute=True) - head, once * 4.0 / 3.0, 12.0)


def test_flop_per_token_tend_to_six_n_in_short_contexts():
    model = Model(Shape(n_layer=48, d=8192, vocab=51_200, seq_len=16, n_head=64))
    digits(model.flop_per_token(), 6.0 * model.active_parameters, 3.0)


# H02


@pytest.mark.parametrize(
    ("name", "bytes_"),
    [
        ("adam", 16),
        ("adam_fp32_gradients", 18),
        ("adam_bf16_moments", 12),
        ("adam_8bit", 10),
        ("muon", 12),
        ("adam_no_master", 12),
        ("adafactor", 8),
        ("sgd", 8),
    ],
)
def test_states_take_the_bytes_of_the_table(name, bytes_):
    assert STATES[name].total == bytes_


@pytest.mark.parametrize(("stage", "printed"), [(0, 120.0), (1, 31.4), (2, 16.6), (3, 1.9)])
def test_sharded_states_are_those_printed_for_7_5_billion(stage, printed):
    found = sharded(states_of("adam"), 7.5e9, 64, stage).total / 1e9
    assert round(found, 1) == printed, f"{found:.4g} GB against {printed}"


@pytest.mark.parametrize(
    ("layout", "printed"),
    [
        (Layout(), S * H * (34 + 5 * A * S / H)),
        (Layout(tensor=8, sequence_parallel=False), S * H * (10 + 24 / 8 + 5 * A * S / (H * 8))),
        (Layout(tensor=8), S * H / 8 * (34 + 5 * A * S / H)),
        (Layout(tensor=8, recompute="selective"), 34 * S * H / 8),
        (Layout(recompute="full"), 2 * S * H),
        (Layout(context=4, recompute="selective"), 34 * S / 4 * H),
    ],
    ids=lambda value: value.words if isinstance(value, Layout) else "",
)
def test_activations_of_a_layer_are_the_closed_form(layout, printed):
    digits(kept_bytes(NO_OUTPUT_DROPPED, layout), printed, 12.0)


def test_flash_attention_keeps_no_scores():
    digits(layer_bytes(FLASH, Layout(tensor=8)), 34 * S * H / 8, 12.0)


def test_the_first_stage_holds_all_layers_of_one_micro_batch():
    job = Job(FLASH, 64)
    found = memory_of(job, Layout(pipeline=8), h100())
    digits(found.activations, 48 * 34 * S * H + 2 * S * H, 12.0)
    assert found.stage == 0


def test_interleaving_holds_the_printed_factor_more():
    job = Job(FLASH, 64)
    plain = memory_of(job, Layout(pipeline=8), h100()).activations - 2 * S * H
    mixed = memory_of(job, Layout(pipeline=8, virtual=2), h100()).activations - 2 * S * H
    digits(mixed / plain, 1 + 7 / 16, 12.0)


def test_a_trillion_parameters_need_200_h100_for_their_states():
    capacity = accelerator("h100-sxm").get("hbm")
    states = sharded(states_of("adam"), 1e12, 1, 3).total
    assert states == 16e12
    assert states / 200 == capacity
    assert states / 199 > capacity


def test_a_trillion_parameters_do_not_fit_128_h100_however_sharded():
    model = Model(Shape(n_layer=128, d=25_600, vocab=51_200, seq_len=2048, n_head=160))
    assert model.parameters > 1e12
    memory = memory_of(Job(model, 128), Layout(data=128, zero=3, recompute="full"), h100())
    assert memory.verdict == "does not fit"


@pytest.mark.parametrize(("stage", "fits"), [(0, False), (1, True), (2, True), (3, True)])
def test_7_5_billion_fit_80_gb_from_stage_one_on(stage, fits):
    model = Model(Shape(n_layer=36, d=4096, vocab=51_200, seq_len=2048, n_head=32))
    layout = Layout(data=64, zero=stage, recompute="full")
    assert (memory_of(Job(model, 64), layout, h100()).verdict == "fits") is fits


@pytest.mark.parametrize(
    "row",
    [*throughputs(), *weak_scaling()],
    ids=lambda row: f"{row.name} {row.chip} {row.layout.words}",
)
def test_no_published_run_is_said_not_to_fit(row):
    assert memory_of(row.job, row.layout, row.accelerator).verdict in ("fits", "tight")


# H03, H04


def test_traffic_is_that_of_the_table():
    job = Job(FLASH, 64)
    b, t, d, p = 2, 4, 4, 8
    found = traffic_of(job, Layout(data=d, tensor=t, pipeline=p, micro_batch=b, zero=1))
    m, layers = 64 // (d * b), 48 / p
    shard = (layers * 12 * H * H + 51_200 * H) / t
    digits(found.data, 2 * (d - 1) / d * 2 * shard, 12.0)
    digits(found.tensor, m * layers * 16 * (t - 1) / t * b * S * H, 12.0)
    digits(found.pipeline, m * 2 * 2 * b * S * H / t, 12.0)


def test_recompute_adds_half_of_the_tensor_traffic():
    job = Job(FLASH, 64)
    plain = traffic_of(job, Layout(tensor=8)).tensor
    again = traffic_of(job, Layout(tensor=8, recompute="full")).tensor
    digits(again / plain, 24 / 16, 12.0)


def test_sharded_weights_cost_three_transfers_with_one_micro_batch():
    job = Job(FLASH, 4)
    found = traffic_of(job, Layout(data=4, zero=3)).data
    digits(found, 3 * 3 / 4 * 2 * FLASH.parameters, 12.0)


def test_rare_exchanges_divide_the_traffic():
    job = Job(FLASH, 4)
    often = traffic_of(job, Layout(data=4, zero=0)).data
    rare = traffic_of(job, Layout(data=4, zero=0, inner_steps=100)).data
    digits(often / rare, 100.0, 12.0)


def test_context_ring_is_that_of_the_table():
    model = Model(Shape(48, 8192, 51_200, 2048, 64, n_kv_head=8))
    found = traffic_of(Job(model, 1), Layout(context=4)).context
    digits(found, 48 * 3 * (3 / 4 * 4 * S * H * 8 / 64), 12.0)


def test_expert_traffic_is_that_of_the_table():
    model = Model(Shape(48, 1024, 51_200, 2048, 64), experts=8, top_k=2)
    found = traffic_of(Job(model, 8), Layout(data=8, expert=8)).expert
    digits(found, 48 * 4 * 7 / 8 * S * 2 * 1024 * 2, 12.0)


def test_collectives_move_what_rings_move():
    assert all_reduce(1e9, 8) == 2 * 7 / 8 * 1e9
    assert gather(1e9, 8) == 7 / 8 * 1e9


@pytest.mark.parametrize(("size", "bus"), [(1e6, 19.8e9), (2e6, 39.4e9), (1e9, 229e9)])
def test_measured_all_reduces_are_latency_and_bandwidth(size, bus):
    # Both small sizes take the same time: 90 us of latency rule them; the factor 2 bounds the form.
    volume = all_reduce(size, 8)
    ratio = ring(volume, 229e9) / (volume / bus)
    assert 0.9 < ratio < 1.2, f"{ratio:.2f} of the measured time"
    assert CALL_SECONDS == 90e-6


def test_bubbles_are_the_printed_forms():
    assert idle_share(8, 32) == 7 / 39
    assert overhead(8, 32) == 7 / 32
    assert overhead(8, 32, 4) == 7 / 128
    assert zero_bubble(8, 1.0, 2.0, 1.0) == 7.0
    assert dual_pipe(8, 3.0, 2.0, 1.0) == 6.0


# H08, H09


def test_a_failure_comes_every_50700_device_hours():
    digits(HOURS_A_FAILURE, 50_700, 3.0)


def test_more_than_nine_tenths_of_llama_3_training_was_effective():
    assert goodput(16_384).share > 0.90


def test_the_checkpoint_interval_is_the_best_one():
    chosen = Reliability(write_seconds=120.0)
    found = goodput(4096, chosen)
    best = lost_share(found.checkpoint_every, found.between_failures, chosen)
    around = [f * found.checkpoint_every for f in (0.5, 0.9, 1.1, 2.0)]
    assert all(lost_share(one, found.between_failures, chosen) > best for one in around)
    assert found.share == pytest.approx(1.0 - best)


def test_llama_3_1_took_27_5_gwh():
    bare = Site(load=1.0, host_kw=0.0, pue=1.0)
    digits(kilowatt_hours(39.3e6, 700.0, bare) / 1e6, 27.5, 3.0)


@pytest.mark.parametrize(
    ("hours", "tonnes"), [(39.3e6, 11_390), (1.46e6, 420), (7.0e6, 2_040), (30.84e6, 8_930)]
)
def test_llama_3_1_emissions_follow_from_one_grid_factor(hours, tonnes):
    bare = Site(load=1.0, host_kw=0.0, pue=1.0)
    factor = tonnes / (kilowatt_hours(hours, 700.0, bare) / 1e3)
    assert 0.411 <= round(factor, 3) <= 0.417


# H05, H11


@pytest.mark.parametrize(
    ("name", "ridge"), [("a100-sxm-80", 153), ("h100-sxm", 295), ("b200", 280), ("mi355x", 312)]
)
def test_the_ridge_of_the_roofline_is_as_printed(name, ridge):
    chip = accelerator(name)
    digits(chip.peak_flops("bf16") / chip.get("bandwidth"), ridge, 2.3)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_figure_has_a_source_and_a_date(name):
    chip = shipped()[name]
    figures = [*chip.peak.values(), *chip.figures.values(), *chip.matmul.values()]
    assert chip.as_of.startswith("20")
    assert figures
    assert all(figure.source and figure.value > 0 for figure in figures)
    assert all(figure.recalled == ("recalled" in figure.source) for figure in figures)


# H12

PRINTED = [run for run in real_runs() if run.implied_mfu is not None]


@pytest.mark.parametrize("run", PRINTED, ids=lambda run: run.name)
def test_implied_utilisation_of_a_published_run_is_as_printed(run):
    digits(implied_mfu(run.flop, run.hours, run.peak), run.implied_mfu, 2.4)


def test_hours_and_implied_utilisation_invert_each_other():
    run = PRINTED[0]
    share = implied_mfu(run.flop, run.hours, run.peak)
    digits(device_hours(run.flop, run.peak, share), run.hours, 12.0)


def test_days_of_runs_that_state_their_utilisation_are_within_a_quarter():
    rows = [run for run in real_runs() if run.states_utilisation]
    hits = [run for run in rows if abs(run.predicted_hours() / run.hours - 1.0) <= 0.25]
    misses = {run.name for run in rows} - {run.name for run in hits}
    assert len(rows) == 17
    assert len(hits) / len(rows) >= 0.80
    assert misses == {"PaLM 540B"}


@pytest.mark.parametrize("name", ["DeepSeek-V3", "LLaMA-1 65B", "PaLM 540B", "GLM-130B"])
def test_some_goodput_of_the_range_lands_within_a_quarter(name):
    run = next(run for run in real_runs() if run.name == name)
    errors = [run.predicted_hours(share) / run.hours - 1.0 for share in GOODPUT]
    assert min(abs(error) for error in errors) <= 0.25


def test_planning_ranges_hold_three_quarters_of_the_published_runs():
    asked = [
        run
        for run in real_runs()
        if run.name != "Llama 3.1 8B" and (run.experts or run.chip.startswith(("a100", "h100")))
    ]
    spans = [planning_mfu(run.accelerator, experts=run.experts) for run in asked]
    shares = [implied_mfu(run.flop, run.hours, run.peak) for run in asked]
    held = [
        low * GOODPUT[0] <= share <= high * GOODPUT[1]
        for (low, high), share in zip(spans, shares, strict=True)
    ]
    assert len(asked) == 35
    assert sum(held) / len(held) >= 0.75


def test_the_megatron_estimate_takes_34_days():
    run = next(run for run in real_runs() if run.name.startswith("GPT-3"))
    digits(run.predicted_hours(1.0) / run.devices / 24, 34.0, 2.0)


def h100():
    return accelerator("h100-sxm")
