"""Coefficients of the terms of a step: assumed, or calibrated on steps that were timed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from isoflop.core.errors import UsageError
from isoflop.decide.hardware.accelerator import Accelerator
from isoflop.decide.hardware.layout import Job
from isoflop.decide.hardware.terms import HOST, SHARED, TERMS, WORK, Machine

KIND = "isoflop-hardware-calibration"

# Before any calibration. Matrix products: the chip's file, else an assumption. Memory traffic was
# fitted with them to 30 published throughputs (`python -m benchmarks.hardware_tables`): eager code
# moves what it keeps almost four times. All-reduces reach 229 of 300 GB/s (H03), sends between
# nodes a quarter of the network (H10). The others are assumptions; 1 ms a layer and micro-batch is
# for fused code, eager code with full recompute took 3 in H10's single-node table.
UNKNOWN_MATMUL = 0.53  # assumption: the share of the peak of the H100, the newest chip measured
MOVED = 3.8
REDUCED = 300.0 / 229.0
DEFAULTS: dict[str, float] = {
    "matmul": 1.0 / UNKNOWN_MATMUL,
    "elementwise": MOVED,
    "scores": MOVED,
    "tensor_inside": REDUCED,
    "tensor_across": 2.0,
    "tensor_calls": 1.0,
    "context": REDUCED,
    "expert": 2.0,
    "layer": 0.0,
    "launch": 1.0,
    "launch_tensor": 0.1,
    "head": 1.0 / UNKNOWN_MATMUL,
    "exchange": REDUCED,
    "optimizer": 1.0,
    "pipeline_inside": REDUCED,
    "pipeline_across": 4.0,
    "micro_batch": 0.0,
    "step": 0.0,
}
OVERLAP = 0.8  # share of the backward pass that hides the exchange over data ranks (H13)
BACKWARD = 2.0 / 3.0  # of the layers' time
# Measured over predicted: holds 25 of those 30 when each is left out of the fit.
SPREAD = (0.85, 1.2)
UNKNOWN_SPREAD = (0.7, 1.6)  # assumption: chips without measured throughput


@dataclass(frozen=True)
class Efficiency:
    """What multiplies each term.

    Attributes
    ----------
    overlap : share of the backward pass that hides the exchange; 0 if the coefficients hold it.
    spread : (low, high) of measured over predicted, 80% of cases.
    machine : speeds the coefficients were found with; None for the chip's own.
    """

    coefficients: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULTS))
    overlap: float = OVERLAP
    spread: tuple[float, float] = UNKNOWN_SPREAD
    machine: Machine | None = None
    source: str = "assumed, not calibrated"

    def seconds(
        self, terms: Mapping[str, float], *, gathers_weights: bool = False
    ) -> dict[str, float]:
        """Seconds of a step by part: the terms that count, and what waits for the host.

        Parameters
        ----------
        gathers_weights : ZeRO 3, whose traffic hides behind the forward pass too.
        """
        scaled = {name: self.coefficients.get(name, 0.0) * terms[name] for name in TERMS}
        work, host = (sum(scaled[name] for name in names) for names in (WORK, HOST))
        parts = {name: scaled[name] for name in (*WORK, *SHARED)}
        parts["waiting_for_host"] = max(0.0, host - work)
        behind = 1.0 if gathers_weights else BACKWARD
        hidden = self.overlap * behind * max(work, host)
        parts["exchange"] = max(0.0, scaled["exchange"] - hidden)
        return parts

    def to_json(self) -> str:
        """One JSON document that :func:`read_efficiency` reads back."""
        document = {
            "kind": KIND,
            "coefficients": dict(self.coefficients),
            "overlap": self.overlap,
            "spread": list(self.spread),
            "machine": None if self.machine is None else asdict(self.machine),
            "source": self.source,
        }
        return json.dumps(document, sort_keys=True, indent=1) + "\n"


def assumed_for(chip: Accelerator, job: Job) -> Efficiency:
    """What to assume of a chip before its user has timed a step."""
    share = chip.matmul.get(job.precision)
    if share is None:
        return Efficiency()
    own = dict.fromkeys(("matmul", "head"), 1.0 / share.value)
    source = f"matrix products of {chip.label} {share.source}"
    # No published throughput of experts is among those fitted.
    spread = SPREAD if job.model.experts == 1 else UNKNOWN_SPREAD
    return Efficiency(DEFAULTS | own, spread=spread, source=source)


def read_efficiency(path: Path) -> Efficiency:
    """Coefficients that ``isoflop hardware calibrate --out`` wrote.

    Raises
    ------
    UsageError
        E584 if the file is not one.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found.get("kind") != KIND:
            raise ValueError(f"its kind is {found.get('kind')!r}")
        found = found.get("efficiency", found)
        coefficients = {name: float(found["coefficients"][name]) for name in TERMS}
        low, high = map(float, found["spread"])
        if min(coefficients.values()) < 0.0 or not 0.0 < low <= high:
            raise ValueError("a coefficient is negative, or the spread is none")
        machine = None if found["machine"] is None else Machine(**found["machine"])
        overlap, source = float(found["overlap"]), str(found["source"])
        return Efficiency(coefficients, overlap, (low, high), machine, source)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path} holds no calibration: {error}.",
            where=str(path),
            matters="times would rest on something else.",
            do="write it with: isoflop hardware calibrate STEPS --out FILE.",
            code="E584",
        ) from error
