"""Time of one step of a layout by part, its utilisation, and the word for what limits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from isoflop.core.errors import UsageError
from isoflop.decide.hardware.accelerator import Accelerator
from isoflop.decide.hardware.efficiency import Efficiency, assumed_for
from isoflop.decide.hardware.layout import Job, Layout, checked
from isoflop.decide.hardware.pipeline import slots
from isoflop.decide.hardware.terms import Machine, crosses_nodes, terms_of

_LIMITS = {
    "matmul": "matrix products",
    "head": "matrix products",
    "elementwise": "memory bandwidth",
    "scores": "memory bandwidth",
    "optimizer": "memory bandwidth",
    "tensor_inside": "tensor-parallel traffic",
    "tensor_across": "tensor-parallel traffic",
    "tensor_calls": "tensor-parallel traffic",
    "context": "context-parallel traffic",
    "expert": "expert traffic",
    "exchange": "gradient exchange",
    "pipeline_inside": "pipeline traffic",
    "pipeline_across": "pipeline traffic",
    "waiting_for_host": "kernel launches",
    "layer": "fixed cost of layers",
    "micro_batch": "fixed cost of micro-batches",
    "step": "fixed cost of a step",
    "bubble": "pipeline bubble",
}
FULL_RECOMPUTE = 4.0 / 3.0  # hardware over model FLOP


@dataclass(frozen=True)
class StepTime:
    """One step.

    Attributes
    ----------
    seconds : of a step.
    low, high : 80% of measured steps are between, by the spread of the coefficients.
    parts : seconds by term, idle slots of the pipeline taken out into ``bubble``.
    mfu, hfu : share of the peak that model FLOP, and all FLOP with recompute, use.
    """

    seconds: float
    low: float
    high: float
    parts: Mapping[str, float]
    mfu: float
    hfu: float
    tokens_per_second: float
    source: str

    @property
    def limits(self) -> dict[str, float]:
        """Seconds by what they are spent on, in words, largest first."""
        found: dict[str, float] = {}
        for name, value in self.parts.items():
            found[_LIMITS[name]] = found.get(_LIMITS[name], 0.0) + value
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))

    @property
    def bottleneck(self) -> str:
        """The largest part besides matrix products."""
        return next(name for name in self.limits if name != "matrix products")

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "seconds": {"value": self.seconds, "lo": self.low, "hi": self.high, "level": 0.8},
            "parts": dict(self.parts),
            "bottleneck": self.bottleneck,
            "mfu": self.mfu,
            "hfu": self.hfu,
            "tokens_per_second": self.tokens_per_second,
            "coefficients": self.source,
        }


def step_time(
    job: Job, layout: Layout, chip: Accelerator, efficiency: Efficiency | None = None
) -> StepTime:
    """Time of one step.

    Raises
    ------
    UsageError
        E581 for a figure that is missing or unchecked, E583 for an impossible layout.
    """
    checked(job, layout)
    chosen = efficiency or assumed_for(chip, job)
    machine = chosen.machine or Machine.of(chip, job.precision, is_one_device=layout.devices == 1)
    if crosses_nodes(layout, machine) and machine.network == 0.0:
        chip.get("network")  # says what is missing
        raise UsageError(
            "The calibration holds no speed between nodes.",
            where="--calibration",
            matters=f"{layout.devices} devices do not fit the fast domain of {machine.domain}.",
            do="calibrate with --set network=VALUE (GB/s a device).",
            code="E581",
        )
    terms = terms_of(job, layout, machine)
    parts = chosen.seconds(terms, gathers_weights=layout.zero == 3)
    seconds = sum(parts.values())
    rate = job.tokens / seconds
    mfu = job.model.flop_per_token() * rate / (layout.devices * machine.peak)
    again = FULL_RECOMPUTE if layout.recompute == "full" else 1.0
    low, high = chosen.spread
    return StepTime(
        seconds=seconds,
        low=seconds * low,
        high=seconds * high,
        parts=_with_bubble(job, layout, parts),
        mfu=mfu,
        hfu=mfu * again,
        tokens_per_second=rate,
        source=chosen.source,
    )


def _with_bubble(job: Job, layout: Layout, parts: Mapping[str, float]) -> dict[str, float]:
    """The idle slots, which every term of the pipeline holds, as a part of their own."""
    useful = layout.micro_batches(job) / slots(job, layout)
    once = {"exchange", "optimizer", "step"}
    split = {name: value if name in once else value * useful for name, value in parts.items()}
    return split | {"bubble": sum(parts.values()) - sum(split.values())}
