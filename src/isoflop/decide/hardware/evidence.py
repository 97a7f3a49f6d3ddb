"""Published runs and throughputs that predictions are held against (H10, H12)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from isoflop.core.flops import Shape
from isoflop.decide.hardware.accelerator import Accelerator
from isoflop.decide.hardware.cost import device_hours
from isoflop.decide.hardware.find_accelerator import accelerator
from isoflop.decide.hardware.layout import Job, Layout
from isoflop.decide.hardware.model import Model, block_flop

FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020
TRAINS = (
    0.9  # share of wall time that trains where a quoted share says nothing of losses; H12: .75-.95
)
_RECOMPUTE = 4.0 / 3.0  # hardware over model FLOP under full recompute
_VOCAB = 50_368  # of the throughput table, see its file
_WEAK_VOCAB, _WEAK_SEQ = 51_200, 2048  # of the weak-scaling table


@dataclass(frozen=True)
class RealRun:
    """One published run.

    Attributes
    ----------
    parameters : active ones.
    took : one of hours (of devices), wall_hours, days, seconds.
    quoted : one kind of utilisation, lowest to highest as stated; empty if none.
    implied_mfu : as printed in the catalogue; None where it prints none.
    why : what explains a miss.
    """

    name: str
    parameters: float
    tokens: float
    chip: str
    took: Mapping[str, float]
    devices: int | None = None
    quoted: Mapping[str, tuple[float, ...]] | None = None
    implied_mfu: float | None = None
    experts: bool = False
    recalled: bool = False
    note: str = ""
    why: str = ""

    @property
    def flop(self) -> float:
        """6*N*D."""
        return FLOP_PER_PARAMETER_TOKEN * self.parameters * self.tokens

    @property
    def hours(self) -> float:
        """Device-hours it took.

        Raises
        ------
        KeyError
            If days are stated without a number of devices.
        """
        (kind, value), *_ = self.took.items()
        if kind == "hours":
            return value
        wall = {"wall_hours": 1.0, "days": 24.0, "seconds": 1.0 / 3600.0}[kind] * value
        if self.devices is None:
            raise KeyError(f"{self.name}: devices")
        return wall * self.devices

    @property
    def accelerator(self) -> Accelerator:
        """Its chip; figures from memory are accepted, for these are checks, not plans."""
        return accelerator(self.chip).with_recalled()

    @property
    def peak(self) -> float:
        """FLOP/s in bf16."""
        return self.accelerator.peak_flops("bf16")

    @property
    def states_utilisation(self) -> bool:
        """Whether hardware count and utilisation are both published."""
        return self.devices is not None and bool(self.quoted)

    def predicted_hours(self, trains: float = TRAINS) -> float:
        """Device-hours from the quoted utilisation; the middle of what is quoted.

        Parameters
        ----------
        trains : share of wall time that trains; a single timed step has no lost time.
        """
        assert self.quoted
        (kind, values), *_ = self.quoted.items()
        middle = sum(values) / len(values)
        share = 1.0 if "seconds" in self.took else trains
        if kind == "hours_per_trillion":
            return middle * self.tokens / 1e12 / share
        if kind == "tokens_per_second":
            return self.tokens / middle / 3600.0 / share
        mfu = {
            "mfu": middle,
            "tflops": middle * 1e12 / self.peak,
            "hfu_tflops": middle * 1e12 / self.peak / _RECOMPUTE,
        }[kind]
        return device_hours(self.flop, self.peak, mfu, share)


@dataclass(frozen=True)
class Throughput:
    """One published throughput and the layout behind it."""

    name: str
    job: Job
    layout: Layout
    chip: str
    seconds: float
    mfu: float | None = None
    parameters: float | None = None

    @property
    def accelerator(self) -> Accelerator:
        """Its chip, figures from memory accepted."""
        return accelerator(self.chip).with_recalled()


@cache
def real_runs() -> tuple[RealRun, ...]:
    """The runs of H12 that state time and size."""
    rows = _read("real_runs")["run"]
    return tuple(
        RealRun(**(row | {"quoted": {k: tuple(v) for k, v in row.get("quoted", {}).items()}}))
        for row in rows
    )


@cache
def throughputs() -> tuple[Throughput, ...]:
    """The public table of throughputs of H10."""
    return tuple(_throughput(row) for row in _read("throughput")["row"])


@cache
def weak_scaling() -> tuple[Throughput, ...]:
    """The weak scaling of narayanan2021, recalled."""
    return tuple(_weak(row) for row in _read("weak_scaling")["row"])


def _throughput(row: Mapping[str, Any]) -> Throughput:  # Any: fields of our own file
    shape = Shape(row["layers"], row["width"], _VOCAB, row["seq_len"], row["heads"])
    job = Job(Model(shape), row["devices"] * row["micro_batch"], row["precision"])
    layout = Layout(
        data=row["devices"],
        zero=3,
        micro_batch=row["micro_batch"],
        recompute=row["recompute"],
    )
    return Throughput(
        name=f"{row['parameters'] / 1e9:.3g}B {row['seq_len']} {row['precision']}",
        job=job,
        layout=layout,
        chip=row["chip"],
        seconds=row["micro_batch"] * row["seq_len"] / row["tokens_per_second"],
        mfu=row["mfu"] / 100.0,
        parameters=row["parameters"],
    )


def _weak(row: Mapping[str, Any]) -> Throughput:  # Any: fields of our own file
    shape = Shape(row["layers"], row["width"], _WEAK_VOCAB, _WEAK_SEQ, row["heads"])
    model = Model(shape, dropout=True, flash=False)
    layout = Layout(
        data=row["devices"] // (row["tensor"] * row["pipeline"]),
        tensor=row["tensor"],
        pipeline=row["pipeline"],
        zero=0,
        recompute="full",
        micro_batch=row["micro_batch"],
        sequence_parallel=False,
    )
    flop = block_flop(model, row["batch"], full_recompute=True)
    seconds = flop / (row["devices"] * row["tflops"] * 1e12)
    name = f"{row['billions']}B weak scaling"
    return Throughput(name, Job(model, row["batch"]), layout, "a100-sxm-80", seconds)


def _read(name: str) -> dict[str, Any]:
    file = resources.files("isoflop.decide.hardware") / "evidence" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
