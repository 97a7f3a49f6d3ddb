"""What is kept of one run while it trains: its lines, its checkpoints, whether it diverged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from isoflop.measure.train.checkpoint import Place, save_checkpoint
from isoflop.measure.train.divergence import Watch
from isoflop.measure.train.step_log import Line, StepLog

if TYPE_CHECKING:
    from isoflop.measure.train.config import TrainConfig
    from isoflop.measure.train.program import State


@dataclass(frozen=True)
class StepRecord:
    """Numbers of one step: see ``program.Log``; seconds trained so far."""

    step: int
    seconds: float
    loss: float
    grad_norm: float
    lr: float
    noise_small: float
    noise_big: float


@dataclass
class Journal:
    """The records of one run.

    Parameters
    ----------
    place : where the run stood when it began or resumed.
    diverged_at : step at which the run counts as diverged.
    window : losses and gradient norms since the last logged step.
    """

    config: TrainConfig
    folder: Path
    place: Place
    diverged_at: int | None = None
    window: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        lowest = float("inf") if self.place.lowest is None else self.place.lowest
        self._watch = Watch(self.config.steps, lowest, self.place.above)
        self.window = list(self.place.window)
        self.log = StepLog(self.folder, self.place.step)

    @property
    def last_train_loss(self) -> float | None:
        """Mean training loss of the last logged window."""
        return next((line["loss"] for line in reversed(self.log.lines) if "loss" in line), None)

    def tokens(self, step: int) -> int:
        """Positions trained on up to a step, a trunk's included."""
        own = (step - self.place.start_step) * self.config.batch
        return (self.place.start_rows + own) * self.config.seq_len

    def record(self, records: Sequence[StepRecord], heldout: Line | None = None) -> None:
        """Write the lines of a chunk; held-out losses belong to its last step."""
        if self.diverged_at is not None:
            return
        stop = self._watch.see([record.loss for record in records])
        if stop is not None:
            self.diverged_at = records[stop].step
            records, heldout = records[: stop + 1], None
        lines = [self._line(record) for record in records]
        if heldout is not None:
            lines[-1].update(heldout)
        self.log.append(
            {
                "step": record.step,
                "tokens": self.tokens(record.step),
                **line,
                "wall_seconds": record.seconds,
            }
            for record, line in zip(records, lines, strict=True)
            if line
        )

    def _line(self, record: StepRecord) -> Line:
        """What is written about a step; nothing for most."""
        config = self.config
        line: Line = {}
        self.window.append((record.loss, record.grad_norm))
        ends = record.step in (config.steps, self.diverged_at)
        if record.step % config.log_every == 0 or ends:
            n = len(self.window)
            line = {
                "lr": record.lr,
                "loss": sum(loss for loss, _ in self.window) / n,
                "grad_norm": sum(norm for _, norm in self.window) / n,
            }
            self.window.clear()
        if config.noise_scale_every and record.step % config.noise_scale_every == 0:
            line |= {"noise_small": record.noise_small, "noise_big": record.noise_big}
        return line

    def saves_at(self, step: int) -> bool:
        """Whether a checkpoint is due."""
        every = self.config.checkpoint_every
        due = every > 0 and (step % every == 0 or step == self.config.steps)
        return due and self.diverged_at is None

    def checkpoint(self, state: State, step: int, rows: int, seconds: float) -> None:
        """Save the run's place and state."""
        self.log.sync()
        lowest = self._watch.lowest if math.isfinite(self._watch.lowest) else None
        place = replace(
            self.place,
            step=step,
            rows=rows,
            seconds=seconds,
            lowest=lowest,
            above=self._watch.above,
            window=list(self.window),
        )
        save_checkpoint(self.folder, state, place)
