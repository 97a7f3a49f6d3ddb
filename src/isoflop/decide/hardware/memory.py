"""Memory of one device by part, and whether it fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from isoflop.decide.hardware.accelerator import Accelerator
from isoflop.decide.hardware.activations import in_flight, input_bytes, kept_bytes, layer_bytes
from isoflop.decide.hardware.layout import Job, Layout, checked
from isoflop.decide.hardware.states import OUTER, sharded, states_of

Verdict: TypeAlias = Literal["fits", "tight", "does not fit"]

LOGITS = 6.0  # bytes a logit: 16-bit output and 32-bit copy (H02)
LOGIT_GRADIENT = 4.0  # bytes more where the loss kernel does not write it in place; assumption
GATHERED = 2.0 * 2.0  # bytes a parameter: the largest gathered layer twice, 16 bits (H02)
BUFFERS = 1.5e9  # bytes of gradient buckets and all-gather buffers: 1 to 2 GB (H02)
FRAMEWORK = 0.075  # share of device memory for framework and allocator: 5 to 10% (H02)
FRAGMENTS = 0.05  # share of what is allocated lost between blocks (H02)
LARGE_LOGITS = 0.20  # share of the total above which logits are worth a warning (H02)


@dataclass(frozen=True)
class Memory:
    """Bytes on the fullest device, by part.

    Attributes
    ----------
    overhead : what frameworks and fragmentation usually add.
    capacity : of the device.
    stage : of the pipeline, the fullest one.
    """

    weights: float
    gradients: float
    optimizer: float
    gathered: float
    activations: float
    working: float
    logits: float
    overhead: float
    capacity: float
    stage: int

    @property
    def parts(self) -> dict[str, float]:
        """Bytes by name, overhead left out."""
        names = ("weights", "gradients", "optimizer", "gathered", "activations", "working")
        return {name: getattr(self, name) for name in (*names, "logits")}

    @property
    def least(self) -> float:
        """What must be there: the parts alone."""
        return sum(self.parts.values())

    @property
    def likely(self) -> float:
        """What to reckon with: parts and overhead."""
        return self.least + self.overhead

    @property
    def verdict(self) -> Verdict:
        """Fits with its overhead, is tight (the overhead decides), or does not fit."""
        if self.least > self.capacity:
            return "does not fit"
        return "fits" if self.likely <= self.capacity else "tight"

    @property
    def largest(self) -> str:
        """Name of the largest part."""
        return max(self.parts, key=self.parts.__getitem__)

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON, in bytes."""
        return {
            "parts": self.parts,
            "overhead": self.overhead,
            "least": self.least,
            "likely": self.likely,
            "capacity": self.capacity,
            "verdict": self.verdict,
            "stage": self.stage,
        }


def memory_of(job: Job, layout: Layout, chip: Accelerator) -> Memory:
    """Memory of the fullest stage.

    Raises
    ------
    UsageError
        E581 without a checked figure for the device's memory, E583 for an impossible layout.
    """
    checked(job, layout)
    capacity = chip.get("hbm")
    ends = sorted({0, layout.pipeline - 1})
    return max((_stage(job, layout, capacity, end) for end in ends), key=lambda one: one.likely)


def stage_parameters(job: Job, layout: Layout, stage: int) -> tuple[float, float]:
    """(dense, expert) parameters of one stage on one device before any sharding over data ranks."""
    model, layers = job.model, job.model.shape.n_layer / layout.pipeline
    ends = (stage == 0) + (stage == layout.pipeline - 1)
    if layout.pipeline == 1 and model.shape.tied:
        ends = 1
    dense = layers * model.attention_weights + ends * model.vocabulary_weights
    experts = layers * model.expert_weights
    if model.experts == 1:
        return (dense + experts) / layout.tensor, 0.0
    return dense / layout.tensor, experts / (layout.tensor * layout.expert)


def _stage(job: Job, layout: Layout, capacity: float, stage: int) -> Memory:
    model, kinds = job.model, states_of(job.optimizer)
    dense, experts = stage_parameters(job, layout, stage)
    ranks = layout.data * layout.context
    own = sharded(kinds, dense, ranks, layout.zero)
    theirs = sharded(kinds, experts, ranks // layout.expert, layout.zero)
    outer = OUTER * (dense + experts) if layout.inner_steps > 1 else 0.0
    layers = model.shape.n_layer / layout.pipeline
    alive = in_flight(layout, layout.micro_batches(job), stage)
    is_last = stage == layout.pipeline - 1
    parts = {
        "weights": own.weights + theirs.weights,
        "gradients": own.gradients + theirs.gradients,
        "optimizer": own.optimizer + theirs.optimizer + outer,
        "gathered": _gathered(job, layout),
        "activations": alive * layers * kept_bytes(model, layout),
        "working": layer_bytes(model, layout) if layout.recompute == "full" else 0.0,
        "logits": LOGITS * _logits(job, layout) if is_last else 0.0,
    }
    if layout.pipeline > 1:
        parts["activations"] += input_bytes(model, layout)  # the buffer of what is received
    gradient = LOGIT_GRADIENT * _logits(job, layout) if is_last else 0.0
    parts_total = sum(parts.values())
    buffers = min(BUFFERS, parts["gradients"]) if layout.devices > 1 else 0.0
    overhead = FRAMEWORK * capacity + FRAGMENTS * parts_total + buffers + gradient
    return Memory(**parts, overhead=overhead, capacity=capacity, stage=stage)


def _gathered(job: Job, layout: Layout) -> float:
    if layout.zero < 3 or layout.data * layout.context == 1:
        return 0.0
    model = job.model
    experts = model.expert_weights / layout.expert
    layer = max(model.attention_weights + experts, model.vocabulary_weights)
    return GATHERED * layer / layout.tensor


def _logits(job: Job, layout: Layout) -> float:
    shape = job.model.shape
    return layout.micro_batch * shape.seq_len / layout.context * shape.vocab / layout.tensor
