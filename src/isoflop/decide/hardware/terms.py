"""The terms of a step: what it would take if every part of the machine ran at its stated speed.

Each term is seconds at the chip's own figures, so that its coefficient is one over an efficiency,
near 1 and comparable between chips. A step is the sum of its shared terms and, layer by layer, of
the longer of two queues: the device's work, and the host that launches it. H10 adds them; on its
single-node table the longer one forecasts held-out steps within 6.2%, their sum within 7.8%. That
choice, and the weight of the assumed coefficients, were made looking at that table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2

from isoflop.decide.hardware.accelerator import Accelerator
from isoflop.decide.hardware.activations import kept
from isoflop.decide.hardware.layout import Job, Layout
from isoflop.decide.hardware.memory import stage_parameters
from isoflop.decide.hardware.network import CALL_SECONDS, traffic_of
from isoflop.decide.hardware.pipeline import slots

WORK = (
    "matmul",
    "elementwise",
    "scores",
    "tensor_inside",
    "tensor_across",
    "tensor_calls",
    "context",
    "expert",
    "layer",
)
"""Queue of the device, per layer and micro-batch."""
HOST = ("launch", "launch_tensor")
"""Queue of the host, per layer and micro-batch."""
SHARED = (
    "head",
    "exchange",
    "optimizer",
    "pipeline_inside",
    "pipeline_across",
    "micro_batch",
    "step",
)
"""On top of the layers."""
TERMS = (*WORK, *HOST, *SHARED)

# Bytes a parameter that the optimiser reads and writes, 16 to 28 (H05).
_OPTIMIZER_BYTES = 28.0
_SCORE_PASSES = 2.0  # assumption: scores are written once and read once a pass
_MILLISECOND = 1e-3


@dataclass(frozen=True)
class Machine:
    """Speeds that terms are expressed in, bytes and FLOP a second."""

    peak: float
    bandwidth: float
    link: float
    network: float
    domain: int

    @classmethod
    def of(cls, chip: Accelerator, precision: str, *, is_one_device: bool = False) -> Machine:
        """The figures of a chip; links are given both ways together, one way counts.

        Raises
        ------
        UsageError
            E581 for a figure that is missing or unchecked.
        """
        if is_one_device:
            return cls(chip.peak_flops(precision), chip.get("bandwidth"), 1.0, 1.0, 1)
        domain = int(chip.get("domain"))
        link = chip.get("link") / 2.0
        # Devices beyond the fast domain, if any, need the network: asked for only then.
        network = chip.get("network") if chip.has("network") else 0.0
        return cls(chip.peak_flops(precision), chip.get("bandwidth"), link, network, domain)


def terms_of(job: Job, layout: Layout, machine: Machine) -> dict[str, float]:
    """Seconds of each term; zero where a layout does without."""
    shape, traffic = job.model.shape, traffic_of(job, layout)
    k, m = slots(job, layout), layout.micro_batches(job)
    layers, tokens = shape.n_layer / layout.pipeline, layout.micro_batch * shape.seq_len
    visits = k * layers
    inside = layout.tensor * layout.context <= machine.domain
    idle = k / m
    found = dict.fromkeys(TERMS, 0.0)
    found["matmul"] = visits * _layer_flop(job, layout) / machine.peak
    found["elementwise"] = visits * _moved(job, layout) / machine.bandwidth
    found["scores"] = visits * _scores(job, layout) / machine.bandwidth
    if layout.tensor > 1:
        is_near = layout.tensor <= machine.domain
        speed = machine.link if is_near else machine.network
        found["tensor_inside" if is_near else "tensor_across"] = idle * traffic.tensor / speed
        calls = 6.0 if layout.recompute == "full" else 4.0
        found["tensor_calls"] = visits * calls * CALL_SECONDS
        found["launch_tensor"] = visits * log2(layout.tensor) * _MILLISECOND
    if layout.context > 1:
        found["context"] = idle * traffic.context / (machine.link if inside else machine.network)
    if layout.expert > 1:
        is_near = layout.tensor * layout.context * layout.expert <= machine.domain
        found["expert"] = idle * traffic.expert / (machine.link if is_near else machine.network)
    found["layer"] = found["launch"] = visits * _MILLISECOND
    head = 6.0 * tokens / layout.context * job.model.vocabulary_weights / layout.tensor
    found["head"] = k * head / machine.peak
    is_near = layout.devices <= machine.domain
    if layout.data * layout.context > 1:
        found["exchange"] = traffic.data / _exchange_speed(layout, machine, 1)
        found["exchange"] += traffic.data_experts / _exchange_speed(layout, machine, layout.expert)
    found["optimizer"] = _OPTIMIZER_BYTES * _updated(job, layout) / machine.bandwidth
    if layout.pipeline > 1:
        speed = machine.link if is_near else machine.network
        found["pipeline_inside" if is_near else "pipeline_across"] = idle * traffic.pipeline / speed
    found["micro_batch"] = k * _MILLISECOND
    found["step"] = _MILLISECOND
    return found


def _updated(job: Job, layout: Layout) -> float:
    """Parameters whose optimiser states one device holds."""
    dense, experts = stage_parameters(job, layout, 0)
    ranks = layout.data * layout.context if layout.zero > 0 else 1
    same_experts = ranks // layout.expert if layout.zero > 0 else 1
    return dense / ranks + experts / same_experts


def _exchange_speed(layout: Layout, machine: Machine, apart: int) -> float:
    """Bytes/s of ranks that hold the same weights, every ``apart``-th one of the data ranks: those
    of one node use their network ports side by side."""
    if layout.devices <= machine.domain:
        return machine.link
    in_node = max(1, machine.domain // (layout.tensor * layout.context * apart))
    return min(machine.link, machine.network * in_node)


def crosses_nodes(layout: Layout, machine: Machine) -> bool:
    """Whether any traffic leaves the fast domain."""
    return layout.devices > machine.domain


def _layer_flop(job: Job, layout: Layout) -> float:
    """FLOP of one layer and micro-batch on one device, forward, backward and recomputed."""
    model, shape = job.model, job.model.shape
    tokens = layout.micro_batch * shape.seq_len
    attention = 4.0 * shape.d_attn * shape.seq_len
    forward = 2.0 * model.active_layer_weights + attention
    again = {"none": 0.0, "selective": 0.0 if model.flash else attention, "full": forward}
    total = 3.0 * forward + again[layout.recompute]
    return tokens * total / (layout.tensor * layout.context)


def _moved(job: Job, layout: Layout) -> float:
    """Bytes read and written outside matrix products for one layer and micro-batch."""
    shape, per_token = job.model.shape, kept(job.model)
    passes = 4.0 if layout.recompute == "full" else 3.0
    whole = per_token.whole / (layout.tensor if layout.sequence_parallel else 1)
    a_token = shape.d * (whole + per_token.split / layout.tensor)
    return passes * layout.micro_batch * shape.seq_len / layout.context * a_token


def _scores(job: Job, layout: Layout) -> float:
    """Bytes of attention scores moved where they are stored at all."""
    shape = job.model.shape
    if job.model.flash:
        return 0.0
    passes = 4.0 if layout.recompute != "none" else 3.0
    cells = layout.micro_batch * shape.n_head * shape.seq_len**2 / layout.context
    return _SCORE_PASSES * passes * 2.0 * cells / layout.tensor


def as_row(terms: Mapping[str, float]) -> list[float]:
    """The terms in the order of :data:`TERMS`."""
    return [terms[name] for name in TERMS]
