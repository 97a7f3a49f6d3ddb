"""Idle time of pipelines (H04)."""

from __future__ import annotations

from isoflop.decide.hardware.layout import Job, Layout


def idle_share(pipeline: int, micro_batches: int) -> float:
    """Share of a step a device of a GPipe or 1F1B pipeline is idle: (p-1)/(m+p-1)."""
    return (pipeline - 1) / (micro_batches + pipeline - 1)


def overhead(pipeline: int, micro_batches: int, virtual: int = 1) -> float:
    """Idle time over ideal time: (p-1)/(v*m)."""
    return (pipeline - 1) / (virtual * micro_batches)


def slots(job: Job, layout: Layout) -> float:
    """Micro-batches that a step takes as long as, idle slots included: m + (p-1)/v."""
    return layout.micro_batches(job) + (layout.pipeline - 1) / layout.virtual


def zero_bubble(pipeline: int, forward: float, backward: float, weights: float) -> float:
    """Idle seconds of ZB1P: (p-1)*(F + B - 2*W), times of one micro-batch on one stage."""
    return (pipeline - 1) * (forward + backward - 2.0 * weights)


def dual_pipe(pipeline: int, both: float, backward: float, weights: float) -> float:
    """Idle seconds of DualPipe: (p/2-1)*(F&B + B - 3*W); weights are held twice."""
    return (pipeline / 2 - 1) * (both + backward - 3.0 * weights)
