"""Memory, time and search of layouts: what must grow, fall, divide or bind."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from isoflop.core.errors import PlanError, UsageError
from isoflop.core.flops import Shape
from isoflop.decide.hardware.candidates import Freedom, candidates
from isoflop.decide.hardware.efficiency import DEFAULTS, Efficiency, read_efficiency
from isoflop.decide.hardware.find_accelerator import accelerator
from isoflop.decide.hardware.layout import Job, Layout
from isoflop.decide.hardware.memory import memory_of
from isoflop.decide.hardware.model import Model
from isoflop.decide.hardware.placement import Setting, Wish
from isoflop.decide.hardware.search import required, search
from isoflop.decide.hardware.step_time import step_time
from isoflop.decide.hardware.wall import Limits, shortest_times

H100 = accelerator("h100-sxm")
SHAPE = Shape(n_layer=32, d=4096, vocab=32_000, seq_len=2048, n_head=32)
JOB = Job(Model(SHAPE), 512)
MIXED = Job(Model(replace(SHAPE, d=1024, n_layer=16), experts=8, top_k=2), 512)
POWER = st.sampled_from([1, 2, 4, 8])
LAYOUTS = st.builds(
    Layout,
    data=POWER,
    tensor=POWER,
    pipeline=POWER,
    zero=st.sampled_from([0, 1, 2, 3]),
    recompute=st.sampled_from(["none", "full"]),
    micro_batch=POWER,
)


@given(LAYOUTS)
def test_memory_falls_with_every_stage_of_sharding(layout):
    sizes = [memory_of(JOB, replace(layout, zero=z), H100) for z in (0, 1, 2)]
    states = [one.weights + one.gradients + one.optimizer for one in sizes]
    assert states == sorted(states, reverse=True)


@given(LAYOUTS)
def test_memory_falls_with_more_tensor_ranks_and_more_data_ranks(layout):
    assume(layout.tensor < 8)
    assume(layout.data < 8)
    here = memory_of(JOB, layout, H100).least
    assert memory_of(JOB, replace(layout, tensor=2 * layout.tensor), H100).least < here
    assert memory_of(JOB, replace(layout, data=2 * layout.data), H100).least <= here


@given(LAYOUTS)
def test_recompute_and_small_micro_batches_save_activations(layout):
    plain = memory_of(JOB, replace(layout, recompute="none"), H100).activations
    assert memory_of(JOB, replace(layout, recompute="full"), H100).activations < plain
    assume(layout.micro_batch > 1)
    single = memory_of(JOB, replace(layout, recompute="none", micro_batch=1), H100)
    assert single.activations < plain


@given(LAYOUTS)
def test_parts_add_up_and_the_verdict_follows(layout):
    found = memory_of(JOB, layout, H100)
    assert found.least == pytest.approx(sum(found.parts.values()))
    assert (found.verdict == "does not fit") == (found.least > found.capacity)
    assert (found.verdict == "fits") == (found.likely <= found.capacity)


@given(LAYOUTS)
def test_a_step_is_the_sum_of_its_parts_and_below_the_peak(layout):
    found = step_time(JOB, layout, H100)
    assert sum(found.parts.values()) == pytest.approx(found.seconds)
    assert min(found.parts.values()) >= 0.0
    assert 0.0 < found.mfu < found.hfu * 1.0000001 < 1.0
    assert found.low < found.seconds < found.high


@given(LAYOUTS)
def test_time_falls_with_more_data_ranks_where_exchanges_are_free(layout):
    assume(layout.data < 8)
    free = Efficiency(DEFAULTS | {"exchange": 0.0})
    here = step_time(JOB, layout, H100, free).seconds
    assert step_time(JOB, replace(layout, data=2 * layout.data), H100, free).seconds < here


@given(LAYOUTS)
def test_recompute_costs_time_but_at_most_a_third_more_work(layout):
    plain = step_time(JOB, replace(layout, recompute="none"), H100)
    again = step_time(JOB, replace(layout, recompute="full"), H100)
    assert plain.seconds < again.seconds
    ratio = again.parts["matmul"] / plain.parts["matmul"]
    assert ratio == pytest.approx(4.0 / 3.0)


@given(LAYOUTS)
def test_twice_the_peak_never_makes_a_step_slower(layout):
    faster = H100.with_figures({"peak.bf16": 2 * 989.0})
    assert step_time(JOB, layout, faster).seconds <= step_time(JOB, layout, H100).seconds


def test_the_bubble_is_the_printed_share_of_what_the_pipeline_does():
    only = dict.fromkeys(DEFAULTS, 0.0) | {"matmul": 1.0}
    layout = Layout(pipeline=8, micro_batch=1)
    found = step_time(JOB, layout, H100, Efficiency(only))
    assert found.parts["bubble"] / found.seconds == pytest.approx(7 / (512 + 7))


def test_alone_at_the_peak_matrix_products_reach_an_mfu_of_one():
    only = dict.fromkeys(DEFAULTS, 0.0) | {"matmul": 1.0, "head": 1.0}
    assert step_time(JOB, Layout(), H100, Efficiency(only)).mfu == pytest.approx(1.0)


def test_a_small_model_waits_for_its_host():
    tiny = Job(Model(Shape(n_layer=12, d=256, vocab=1000, seq_len=256, n_head=4)), 8)
    found = step_time(tiny, Layout(), H100)
    assert found.bottleneck == "kernel launches"
    assert found.mfu < 0.05


def test_rare_exchanges_save_time_and_hold_an_outer_optimiser():
    slow = H100.with_figures({"network": 0.1})
    often = Layout(data=64, zero=0, micro_batch=1)
    rare = replace(often, inner_steps=100)
    assert step_time(JOB, rare, slow).seconds < step_time(JOB, often, slow).seconds
    more = memory_of(JOB, rare, H100).optimizer - memory_of(JOB, often, H100).optimizer
    assert more == 8.0 * JOB.model.parameters


@pytest.mark.parametrize("job", [JOB, MIXED], ids=["dense", "experts"])
def test_every_candidate_divides_and_uses_all_devices(job):
    found = list(candidates(job, 64, Freedom()))
    assert len(found) == len(set(found)) > 100
    assert all(layout.devices == 64 and layout.problem(job) is None for layout in found)
    assert all(layout.tensor * layout.context <= 8 for layout in found)


def test_experts_of_one_node_cross_the_network_one_port_at_a_time():
    free = Efficiency(dict.fromkeys(DEFAULTS, 0.0) | {"exchange": 1.0}, overlap=0.0)
    near = step_time(MIXED, Layout(data=64, zero=0), H100, free).seconds
    shape = MIXED.model.shape
    dense = shape.n_layer * MIXED.model.attention_weights + shape.vocab * shape.d
    experts = shape.n_layer * MIXED.model.expert_weights
    each = 2.0 * 2.0 * 63 / 64
    assert near == pytest.approx(each * (dense + experts) / 400e9)  # eight ports of 50 GB/s
    apart = step_time(MIXED, Layout(data=64, expert=8, zero=0), H100, free).seconds
    shared = 2.0 * 2.0 * 7 / 8 * experts / 8 / 50e9
    assert apart == pytest.approx(each * dense / 400e9 + shared)


def test_steps_of_experts_are_the_more_doubtful():
    dense, mixed = (step_time(job, Layout(), H100) for job in (JOB, MIXED))
    assert mixed.high / mixed.low > dense.high / dense.low


def test_experts_are_searched_over_data_ranks():
    found = {layout.expert for layout in candidates(MIXED, 64, Freedom())}
    assert found == {1, 2, 4, 8}


def test_the_search_returns_the_fastest_layout_that_fits():
    wish = Wish(JOB, 1e12, (64,))
    found = search(wish, Setting(H100))
    fitting = [
        layout
        for layout in candidates(JOB, 64, Freedom())
        if memory_of(JOB, layout, H100).verdict == "fits"
    ]
    fastest = min(step_time(JOB, layout, H100).seconds for layout in fitting)
    assert found.best is not None
    assert found.best.step.seconds == pytest.approx(fastest)
    assert len(found.ranked) == len(fitting) == found.tried - found.too_large
    days = [one.bill.days for one in found.ranked]
    assert days == sorted(days)


def test_no_plan_of_the_front_is_beaten():
    found = search(Wish(JOB, 1e12, (16, 32, 64, 128)), Setting(H100))
    hours = [one.bill.device_hours for one in found.front]
    assert hours == sorted(hours, reverse=True)
    best = found.front[-1]
    assert best.bill.device_hours == min(one.bill.device_hours for one in found.ranked)
    assert found.front[0] == found.best


def test_a_batch_at_the_critical_one_needs_twice_the_tokens():
    plain = search(Wish(JOB, 1e12, (64,)), Setting(H100)).best
    wasteful = search(Wish(JOB, 1e12, (64,), critical_batch=512.0), Setting(H100)).best
    assert plain is not None
    assert wasteful is not None
    assert wasteful.bill.days == pytest.approx(2.0 * plain.bill.days)


LARGE = Job(Model(Shape(80, 8192, 128_000, 4096, 64)), 1024)
PRICED = H100.with_figures({"price": 2.0})


@pytest.mark.parametrize(
    ("wish", "binding"),
    [
        (Wish(LARGE, 1e12, (8,)), "memory"),
        (Wish(LARGE, 1e12, (256,), days=20.0), "deadline"),
        (Wish(LARGE, 1e12, (256,), usd=1e4), "budget"),
        (Wish(replace(LARGE, batch=1021), 1e12, (256,)), "division"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_impossible_request_names_the_limit_that_binds_and_a_plan_that_is_near(wish, binding):
    found = search(wish, Setting(PRICED))
    assert found.best is None
    assert found.binding == binding
    assert found.nearest is not None
    assert found.nearest.memory.verdict == "fits"
    with pytest.raises(PlanError) as raised:
        required(found, wish)
    assert raised.value.code == "E588"
    assert binding in str(raised.value)
    assert f"{found.nearest.layout.devices} devices" in str(raised.value.do)


def test_the_nearest_plan_meets_the_deadline_with_more_devices():
    wish = Wish(LARGE, 1e12, (256,), days=20.0)
    found = search(wish, Setting(PRICED))
    assert found.nearest is not None
    assert found.nearest.bill.days <= 20.0
    assert found.nearest.layout.devices > 256


def test_the_nearest_batch_is_the_nearest_that_divides():
    found = search(Wish(replace(LARGE, batch=1021), 1e12, (256,)), Setting(PRICED))
    assert found.nearest_batch == 1024


@given(st.floats(1.0, 1e4), st.floats(1.0, 64.0))
def test_time_tends_to_the_wall_and_few_devices_are_cheapest(critical, parallel):
    limits = Limits(1e21, 4e14, critical, model_parallel=parallel)
    n = [1.0, 10.0, 1e3, 1e5, 1e9, 1e13]
    found = shortest_times(limits, n)
    assert list(found.seconds) == sorted(found.seconds, reverse=True)
    assert list(found.extra) == sorted(found.extra)
    assert found.seconds[-1] == pytest.approx(limits.wall, rel=1e-3)
    assert found.extra[0] == pytest.approx(1.0)


def test_at_the_critical_batch_time_is_twice_the_wall():
    limits = Limits(1e21, 4e14, critical_batch=512.0, model_parallel=8.0)
    found = shortest_times(limits, [512.0 * 8.0])
    assert found.batch[0] == 512.0
    assert found.seconds[0] == pytest.approx(2.0 * limits.wall)


# Accelerators


OWN = """
label = "Own chip"
as_of = "2026-01"
[peak]
bf16 = { value = 500, source = "measured" }
[figures]
hbm = { value = 64, source = "data sheet" }
bandwidth = { value = 2.0, source = "data sheet" }
link = { value = 100, source = "heard", recalled = true }
"""


def test_an_own_file_is_an_accelerator(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(OWN)
    chip = accelerator(str(path))
    assert chip.peak_flops("bf16") == 5e14
    assert chip.get("hbm") == 64e9
    assert chip.recalled == ("link",)


def test_a_recalled_figure_is_taken_only_if_asked_for(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(OWN)
    chip = accelerator(str(path))
    with pytest.raises(UsageError, match=r"100 GB/s from memory") as raised:
        chip.get("link")
    assert raised.value.code == "E581"
    assert chip.with_recalled().get("link") == 100e9
    given_now = chip.with_figures({"link": 80.0})
    assert given_now.get("link") == 80e9
    assert given_now.recalled == ()


@pytest.mark.parametrize(
    "text",
    [
        "label = 1",
        "not toml at all [",
        OWN.replace("hbm", "memory"),
        OWN.replace("value = 64", "value = -64"),
        OWN.replace('source = "measured"', "why = 1"),
        OWN + "[surprise]\na = 1\n",
    ],
)
def test_a_broken_file_is_refused(tmp_path, text):
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as raised:
        accelerator(str(path))
    assert raised.value.code == "E580"


def test_an_unknown_chip_suggests_the_nearest():
    with pytest.raises(UsageError, match="h100-sxm"):
        accelerator("h100")


@pytest.mark.parametrize(
    "layout",
    [
        Layout(data=3),
        Layout(pipeline=5),
        Layout(tensor=64),
        Layout(expert=2),
        Layout(virtual=2),
        Layout(data=2, zero=1, inner_steps=5),
        Layout(micro_batch=0),
        Layout(zero=4),
        Layout(recompute="some"),
    ],
    ids=lambda layout: layout.words,
)
def test_a_layout_that_does_not_divide_is_refused(layout):
    with pytest.raises(UsageError) as raised:
        step_time(JOB, layout, H100)
    assert raised.value.code == "E583"


def test_a_calibration_reads_back_as_it_was_written(tmp_path):
    path = tmp_path / "c.json"
    path.write_text(Efficiency(overlap=0.3, spread=(0.9, 1.2), source="x").to_json())
    assert read_efficiency(path) == Efficiency(overlap=0.3, spread=(0.9, 1.2), source="x")


@pytest.mark.parametrize(
    "text", ["{}", "[]", "nothing", '{"kind": "isoflop-hardware-calibration"}']
)
def test_any_other_file_is_no_calibration(tmp_path, text):
    path = tmp_path / "c.json"
    path.write_text(text)
    with pytest.raises(UsageError) as raised:
        read_efficiency(path)
    assert raised.value.code == "E584"
