"""How a sweep stands: done, running, failed, left, compute spent, how long the rest will take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from isoflop.measure.launch.plan import cost
from isoflop.measure.launch.sweep import Sweep, is_driven

_ENOUGH = 3  # timed runs for a line of time over compute


@dataclass(frozen=True)
class State:
    """Counts are runs; compute in FLOP; ``seconds_left`` is None where nothing says how long."""

    name: str
    folder: str
    is_running: bool
    total: int
    done: int
    diverged: int
    running: int
    failed: int
    left: int
    flops_done: float
    flops_total: float
    seconds_left: float | None
    failures: tuple[tuple[str, str], ...]
    at: tuple[tuple[str, float | None, float | None], ...]

    def to_dict(self) -> dict[str, Any]:  # Any: a JSON document
        """Plain fields, for JSON."""
        fields = asdict(self)
        fields["failures"] = [{"run_id": i, "error": e} for i, e in self.failures]
        fields["at"] = [{"run_id": i, "step": s, "steps": n} for i, s, n in self.at]
        return fields


def state_of(sweep: Sweep) -> State:
    """Read every run folder, and say how the sweep stands."""
    rows = sweep.refresh().rows()
    counted = dict.fromkeys(("done", "diverged", "running", "failed", "left"), 0)
    for row in rows:
        counted[row["status"]] += 1
    costs = {job.run_id: cost(job) for job in sweep.plan.jobs}
    finished = [row for row in rows if row["status"] in ("done", "diverged")]
    return State(
        name=sweep.plan.name,
        folder=str(sweep.folder),
        is_running=is_driven(sweep.folder),
        total=len(rows),
        **counted,
        flops_done=sum(costs[row["run_id"]] for row in finished),
        flops_total=sum(costs.values()),
        seconds_left=_seconds_left(rows, costs, sweep.plan.launch.workers),
        failures=tuple(
            (row["run_id"], str(row["error"])) for row in rows if row["status"] == "failed"
        ),
        at=tuple(
            (row["run_id"], row["step"], row["steps"]) for row in rows if row["status"] == "running"
        ),
    )


def _seconds_left(
    rows: Sequence[dict[str, Any]], costs: dict[str, float], workers: int
) -> float | None:  # Any: SQLite values
    """Time of the rest: a start-up plus time per FLOP learnt from the finished runs.

    Neither may be negative; without FLOP, the mean time of a run counts.
    """
    timed = [row for row in rows if row["status"] == "done" and row["wall_seconds"] is not None]
    rest = [_share_left(row) * costs[row["run_id"]] for row in rows if _is_to_come(row)]
    if not timed or not rest:
        return 0.0 if not rest else None
    seconds = np.array([float(row["wall_seconds"]) for row in timed])
    flops = np.array([costs[row["run_id"]] for row in timed])
    if not flops.any():
        return float(seconds.mean()) * len(rest) / workers
    start, rate = _line(flops, seconds)
    total = start * len(rest) + rate * sum(rest)
    return max(total / workers, start + rate * max(rest))


def _line(flops: np.ndarray[Any, Any], seconds: np.ndarray[Any, Any]) -> tuple[float, float]:
    from scipy.optimize import nnls

    if len(flops) < _ENOUGH or np.ptp(flops) == 0.0:
        return 0.0, float(seconds.sum() / flops.sum())
    scale = flops.max()
    found, _ = nnls(np.stack([np.ones_like(flops), flops / scale], axis=1), seconds)
    return float(found[0]), float(found[1] / scale)


def _is_to_come(row: dict[str, Any]) -> bool:  # Any: SQLite values
    return row["status"] in ("running", "left")


def _share_left(row: dict[str, Any]) -> float:  # Any: SQLite values
    if row["step"] is None or not row["steps"]:
        return 1.0
    return max(0.0, 1.0 - float(row["step"]) / float(row["steps"]))
