"""The plan on the machines: the fastest layout that fits, and the largest size that does."""

from __future__ import annotations

from dataclasses import replace

from isoflop.core.errors import PlanError
from isoflop.core.flops import Shape, params_total
from isoflop.decide.hardware.layout import Job
from isoflop.decide.hardware.model import Model
from isoflop.decide.hardware.placement import Setting, Wish
from isoflop.decide.hardware.search import Found, search
from isoflop.decide.machines import Machines
from isoflop.decide.model_shape import shapes_near

HALVINGS = 7  # of the size, in logs: to a hundredth
SMALLEST = 1e7  # parameters; anything fits


def placed(shape: Shape, batch: int, tokens: float, machines: Machines) -> Found:
    """The fastest layouts of a shape; where the batch does not divide, of the nearest that does.

    Parameters
    ----------
    batch : sequences.
    """
    wish = Wish(
        Job(Model(shape), batch, machines.precision), tokens=tokens, devices=(machines.devices,)
    )
    found = search(wish, Setting(machines.chip))
    if found.binding == "division" and found.nearest_batch is not None:
        job = replace(wish.job, batch=found.nearest_batch)
        return search(replace(wish, job=job), Setting(machines.chip))
    return found


def largest_fitting(shape: Shape, batch: int, machines: Machines, N: float) -> float:
    """The largest size of usual proportions that fits the machines' memory, at most N."""
    low, high = SMALLEST, N
    for _ in range(HALVINGS):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if _fits(middle, shape, batch, machines) else (low, middle)
    return low


def _fits(N: float, shape: Shape, batch: int, machines: Machines) -> bool:
    try:
        (first, *_) = shapes_near(N, vocab=shape.vocab, context=shape.seq_len, most=1)
    except PlanError:
        # Too small for this vocabulary: its matrices alone are larger.
        return shape.vocab * 256 * 2 > N
    found = placed(first.shape, batch, float(params_total(first.shape)), machines)
    return found.best is not None
