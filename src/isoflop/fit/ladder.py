"""Task accuracy of a large model from a ladder of small ones, in two steps (bhagia2024).

Step one: the loss on the correct answers, from size and tokens. Step two: accuracy, from that loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError
from isoflop.core.explain import Finding
from isoflop.core.runs import Runs
from isoflop.core.table import ROW
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective
from isoflop.fit.prediction import Prediction

Link = Literal["ladder_accuracy", "ladder_accuracy_log"]

WINDOW = 5  # checkpoints averaged; bhagia2024
SKIPPED = 0.1  # share of a run's checkpoints left out; bhagia2024
NOISY = 0.02  # assumption: between the tasks bhagia2024 predicts (at most 1%) and BoolQ (2.9%)


@dataclass(frozen=True, eq=False)
class Ladder:
    """Both steps and their chain.

    Attributes
    ----------
    step_one : task loss from N and D
    step_two : accuracy from task loss
    noise : relative scatter of the last checkpoints, 0-1; None without checkpoints
    """

    step_one: Fit
    step_two: Fit
    noise: float | None
    findings: tuple[Finding, ...]

    def task_loss(self, N: ArrayLike, D: ArrayLike) -> Prediction:
        """Step one alone, bit/byte (or the unit of the loss column)."""
        return self.step_one.predict({"N": N, "D": D})

    def accuracy(self, N: ArrayLike, D: ArrayLike) -> Prediction:
        """The chain, with the doubt of both steps: independent draws of each, carried through."""
        first = self.task_loss(N, D)
        value = self.step_two.predict({"x": first.value}).value
        if not len(self.step_one.draws) or not len(self.step_two.draws):
            return Prediction(first.inputs, value, None, None, first.level)
        losses = self.step_one.predict_draws({"N": N, "D": D})
        sets = np.resize(self.step_two.draws, (len(losses), self.step_two.draws.shape[1]))
        # One draw of step two for one of step one: evaluated in lanes, the diagonal is the pair.
        law = self.step_two.law
        drawn = np.array([law.evaluate([x], s) for x, s in zip(losses, sets, strict=True)])
        tail = 50.0 * (1.0 - first.level)
        lo, hi = np.percentile(drawn, [tail, 100.0 - tail], axis=0)
        return Prediction(first.inputs, value, lo, hi, first.level)

    def __repr__(self) -> str:
        noise = "unknown" if self.noise is None else f"{self.noise:.2%}"
        return "\n".join(
            (
                f"Ladder of {self.step_one.n_rows} runs",
                f"  {self.step_two.label} on {self.step_two.n_rows} points",
                f"  scatter of the last checkpoints {noise}",
            )
        )


def fit_ladder(
    runs: Runs,
    *,
    accuracy: str,
    task_loss: str = "bits_per_byte",
    checkpoints: Runs | None = None,
    ceiling: float = 1.0,
    link: Link = "ladder_accuracy",
    resamples: int = 200,
    seed: int = 0,
) -> Ladder:
    """Fit both steps of a task ladder.

    Parameters
    ----------
    runs : one row per run at its end, with sizes, tokens, task loss and accuracy.
    accuracy, task_loss : their columns; accuracy from 0 to 1.
    checkpoints : logged steps of the runs (``run_id``, in order) for step two; the runs themselves
        without it.
    ceiling : accuracy of a perfect model, the ideal point at a task loss of zero.
    link : form of step two.

    Raises
    ------
    DataError
        E521 if accuracies lie outside 0 to 1; others if a column is missing.
    """
    _check_accuracy(runs.values(accuracy), accuracy)
    one = fit_law(runs, "chinchilla", target=task_loss, resamples=resamples, seed=seed)
    points = runs if checkpoints is None else smoothed(checkpoints, (task_loss, accuracy))
    two = fit_law(
        with_ideal_point(points, task_loss, accuracy, ceiling),
        link,
        axes={"x": task_loss},
        target=accuracy,
        objective=Objective("squared"),
        resamples=resamples,
        seed=seed,
    )
    noise = None if checkpoints is None else last_scatter(checkpoints, accuracy)
    return Ladder(one, two, noise, tuple(_findings(noise, accuracy)))


def with_ideal_point(runs: Runs, task_loss: str, accuracy: str, ceiling: float) -> Runs:
    """One more row: a task loss of zero at the ceiling, which anchors step two."""
    values = pl.col(task_loss, accuracy).cast(pl.Float64)
    kept = runs.table.select(pl.col(ROW).cast(pl.Int64), values)
    ideal = pl.DataFrame({ROW: [0], task_loss: [0.0], accuracy: [float(ceiling)]})
    table = pl.concat([kept, ideal])
    return replace(runs, table=table).noted(
        f"ideal point added: {task_loss} 0, {accuracy} {ceiling:g}"
    )


def smoothed(checkpoints: Runs, columns: Sequence[str]) -> Runs:
    """Trailing means over five checkpoints of each run, its first 10% left out."""
    parts = []
    for part in checkpoints.groups("run_id").values():
        means = part.table.with_columns(
            pl.col(name).cast(pl.Float64).rolling_mean(WINDOW, min_samples=1) for name in columns
        )
        parts.append(means[int(np.ceil(SKIPPED * len(part))) :])
    note = f"means over {WINDOW} checkpoints, first {SKIPPED:.0%} of each run left out"
    return replace(checkpoints, table=pl.concat(parts)).noted(note)


def last_scatter(checkpoints: Runs, column: str, last: int = 10) -> float:
    """Largest over the runs of sd/mean over the last checkpoints, as a fraction."""
    worst = 0.0
    for part in checkpoints.groups("run_id").values():
        values: FloatArray = part.values(column)[-last:]
        if len(values) > 1:
            worst = max(worst, float(np.std(values, ddof=1) / np.mean(values)))
    return worst


def _findings(noise: float | None, accuracy: str) -> list[Finding]:
    if noise is None or noise <= NOISY:
        return []
    text = (
        f"the last checkpoints of '{accuracy}' scatter by {noise:.1%} (limit {NOISY:.0%}): such "
        "tasks are not predictable from a ladder."
    )
    return [Finding("W520", text)]


def _check_accuracy(values: FloatArray, column: str) -> None:
    if (values < 0.0).any() or (values > 1.0).any():
        raise DataError(
            f"Accuracies in '{column}' run from {values.min():g} to {values.max():g}.",
            where=f"column '{column}'",
            matters="the curve of step two lies between 0 and 1.",
            do="give accuracies as fractions (0.62, not 62).",
            code="E521",
        )
