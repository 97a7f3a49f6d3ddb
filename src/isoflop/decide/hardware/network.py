"""Bytes each device exchanges in a step, by kind, and what an exchange takes (H03)."""

from __future__ import annotations

from dataclasses import dataclass

from isoflop.decide.hardware.layout import Job, Layout
from isoflop.decide.hardware.memory import stage_parameters

_WORD = 2.0  # bytes of a 16-bit number
CALL_SECONDS = 90e-6  # measured all-reduces on 8 x A100, catalogue H03


@dataclass(frozen=True)
class Traffic:
    """Bytes a device exchanges in a step.

    Attributes
    ----------
    data : gradients and, when sharded, weights over the data ranks, experts left out.
    data_experts : the same of experts, over the ranks that hold the same ones.
    tensor : all-reduces of activations.
    pipeline : activations and their gradients between stages.
    context : keys and values around the ring.
    expert : tokens to their experts and back.
    """

    data: float
    data_experts: float
    tensor: float
    pipeline: float
    context: float
    expert: float


def ring(volume: float, bandwidth: float, calls: float = 1.0) -> float:
    """Seconds of ``calls`` collectives that move ``volume`` bytes together."""
    return calls * CALL_SECONDS + volume / bandwidth


def all_reduce(size: float, ranks: int) -> float:
    """Bytes a device moves to sum ``size`` bytes over ``ranks``: 2*(n-1)/n*S."""
    return 2.0 * (ranks - 1) / ranks * size


def gather(size: float, ranks: int) -> float:
    """Bytes a device moves to gather (or reduce and scatter) ``size`` bytes: (n-1)/n*S."""
    return (ranks - 1) / ranks * size


def traffic_of(job: Job, layout: Layout) -> Traffic:
    """Bytes of a step on one device."""
    model, shape = job.model, job.model.shape
    m, layers = layout.micro_batches(job), shape.n_layer / layout.pipeline
    block = layout.micro_batch * shape.seq_len / layout.context * shape.d * _WORD
    passes = 3.0 if layout.recompute == "full" else 2.0
    around_layer = passes * 2.0 * all_reduce(block, layout.tensor)
    keys = 2.0 * block * shape.d_kv / shape.d / layout.tensor
    routed = block * model.top_k / layout.tensor
    sends = 2.0 * block / layout.tensor * layout.virtual if layout.pipeline > 1 else 0.0
    data, data_experts = _data(job, layout, m)
    return Traffic(
        data=data,
        data_experts=data_experts,
        tensor=m * layers * around_layer,
        pipeline=m * sends,
        # once around forward, about twice backward
        context=m * layers * 3.0 * (layout.context - 1) * keys,
        expert=m * layers * 4.0 * gather(routed, layout.expert),
    )


def _data(job: Job, layout: Layout, micro_batches: int) -> tuple[float, float]:
    # Stage 3 gathers weights forward and backward for every micro-batch; gradients go once.
    times = 2.0 * micro_batches + 1.0 if layout.zero == 3 else 2.0
    dense, experts = stage_parameters(job, layout, 0)
    ranks = layout.data * layout.context
    scale = times * _WORD / layout.inner_steps
    return scale * gather(dense, ranks), scale * gather(experts, ranks // layout.expert)
