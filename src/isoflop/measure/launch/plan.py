"""The runs a sweep consists of, written once, so that a resumed sweep needs no second expansion."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from isoflop.core.errors import DataError
from isoflop.core.explain import Finding
from isoflop.core.files import canonical_json
from isoflop.measure.launch.job import Job
from isoflop.measure.launch.launcher import LaunchOptions


@dataclass(frozen=True)
class Plan:
    """What a sweep file came to.

    Parameters
    ----------
    name : of the sweep.
    design : kind of the design.
    jobs : runs in the order of the design, each once, a trunk before its branches.
    launch : how they are run.
    scripts : {file named in the command: digest} at the time of planning.
    notes : what was left out or rounded.
    """

    name: str
    design: str
    jobs: tuple[Job, ...]
    launch: LaunchOptions
    scripts: Mapping[str, str]
    notes: tuple[Finding, ...] = ()

    @property
    def flops(self) -> float:
        """Training compute of all runs, a branch counted from its start, FLOP."""
        return sum(cost(job) for job in self.jobs)

    def to_json(self) -> str:
        """One document, for plan.json."""
        fields = {
            "format": 1,
            "name": self.name,
            "design": self.design,
            "jobs": [job.to_dict() for job in self.jobs],
            "launch": asdict(self.launch),
            "scripts": dict(self.scripts),
            "notes": [note.to_dict() for note in self.notes],
        }
        return canonical_json(fields)

    @classmethod
    def load(cls, path: Path) -> Plan:
        """From plan.json.

        Raises
        ------
        DataError
            E437 if there is none.
        """
        try:
            document: dict[str, Any] = json.loads(path.read_text("utf-8"))  # Any: JSON
        except (OSError, ValueError) as error:
            raise not_a_sweep(path.parent) from error
        return cls(
            name=document["name"],
            design=document["design"],
            jobs=tuple(Job.from_dict(job) for job in document["jobs"]),
            launch=LaunchOptions(**document["launch"]),
            scripts=document["scripts"],
            notes=tuple(Finding(**note) for note in document["notes"]),
        )


def cost(job: Job) -> float:
    """FLOP a run itself has to spend: a branch pays only from its start."""
    share = 1.0 - float(job.expected.get("start", 0.0)) / float(job.expected.get("steps", 1.0) or 1)
    return job.flops * (share if job.after else 1.0)


def not_a_sweep(folder: Path) -> DataError:
    """What is said of a folder without a plan."""
    return DataError(
        f"{folder} is not a sweep folder.",
        where=str(folder / "plan.json"),
        matters="there are no runs to speak of.",
        do="give the sweep's TOML file or its folder; start one with: isoflop sweep run SWEEP.toml",
        code="E437",
    )
