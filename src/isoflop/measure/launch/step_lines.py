"""What the lines of a script's steps.jsonl come to: the last with a loss, the peak of the rate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isoflop.measure.launch.run_folder import read_lines

Line = dict[str, Any]  # Any: a JSON object


@dataclass(frozen=True)
class Logged:
    """The log of one run.

    Parameters
    ----------
    last : the last line with a loss, completed by what only earlier lines say; empty if none has.
    peak_lr : the largest rate of any line, None if none says it.
    malformed : numbers of lines that hold no JSON object.
    """

    last: Line
    peak_lr: float | None
    malformed: list[int]


def read_log(steps: Path) -> Logged:
    """Read a log; ``heldout_loss`` stands for the loss where lines have one.

    Then the last line that has it counts, so that loss and tokens are of one step, unless the run
    diverged after it.
    """
    last: Line = {}
    held_out: Line = {}
    malformed: list[int] = []
    peak: float | None = None
    for number, record in read_lines(steps):
        if record is None:
            malformed.append(number)
            continue
        if is_number(record.get("lr")):
            peak = max(record["lr"], record["lr"] if peak is None else peak)
        if any(is_loss(key) or key == "heldout_loss" for key in record):
            last = last | record if is_number(record.get("loss", 0.0)) else record
        if "heldout_loss" in record:
            held_out = last | {"loss": record["heldout_loss"]}
    has_diverged = not is_number(last.get("loss", 0.0))
    return Logged(last if has_diverged or not held_out else held_out, peak, malformed)


def is_number(value: object) -> bool:
    """True for a finite number."""
    return isinstance(value, int | float) and math.isfinite(value)


def is_loss(name: str) -> bool:
    """True for the loss, and for the loss on a domain; loss_convention is none."""
    return name == "loss" or name.startswith("loss/")
