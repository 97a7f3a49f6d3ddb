"""Every layout of a job on a number of devices that divides (H13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from isoflop.decide.hardware.layout import Job, Layout, Recompute, Zero


@dataclass(frozen=True)
class Freedom:
    """Which choices a search has.

    Parameters
    ----------
    domain : tensor and context parallelism stay inside the fast domain of so many devices.
    """

    domain: int = 8
    recompute: tuple[Recompute, ...] = ("none", "selective", "full")
    zero: tuple[Zero, ...] = (0, 1, 2, 3)
    virtual: tuple[int, ...] = (1, 2)
    context: tuple[int, ...] = (1, 2, 4, 8)
    micro_batch: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64)


def candidates(job: Job, devices: int, freedom: Freedom) -> Iterator[Layout]:
    """Layouts on exactly ``devices`` whose batch, layers and heads divide.

    ZeRO 2 and 3 are tried only without a pipeline, where each micro-batch would gather or reduce
    again; context parallelism only with micro-batches of one sequence, which it takes apart.
    """
    # Flash attention leaves nothing for selective recompute to save.
    again = [one for one in freedom.recompute if one != "selective" or not job.model.flash]
    for tensor, pipeline, context in _splits(job, devices, freedom):
        data = devices // (tensor * pipeline * context)
        zero = [one for one in freedom.zero if one < 2 or pipeline == 1]
        micro = freedom.micro_batch if context == 1 else (1,)
        choices = product(zero, _experts(job, data), micro, again, freedom.virtual)
        for stage, expert, sequences, recompute, virtual in choices:
            layout = Layout(
                data=data,
                tensor=tensor,
                pipeline=pipeline,
                context=context,
                expert=expert,
                zero=stage,
                recompute=recompute,
                micro_batch=sequences,
                virtual=virtual,
            )
            if layout.problem(job) is None:
                yield layout


def _splits(job: Job, devices: int, freedom: Freedom) -> Iterator[tuple[int, int, int]]:
    shape = job.model.shape
    tensors = [n for n in _divisors(devices, freedom.domain) if shape.n_head % n == 0]
    pipelines = [n for n in _divisors(devices, shape.n_layer) if shape.n_layer % n == 0]
    for tensor, pipeline, context in product(tensors, pipelines, freedom.context):
        is_near = tensor * context <= max(freedom.domain, 1)
        if is_near and devices % (tensor * pipeline * context) == 0:
            yield tensor, pipeline, context


def _divisors(number: int, most: int) -> list[int]:
    return [n for n in range(1, min(number, most) + 1) if number % n == 0]


def _experts(job: Job, data: int) -> list[int]:
    if job.model.experts == 1:
        return [1]
    return [n for n in _divisors(data, job.model.experts) if job.model.experts % n == 0]
