"""Rectified law of every model in a table of fine-tuning runs, and the phase each is in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError, FitError
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law

Phase = Literal["pre-power", "power", "both"]

LARGER_COUNT = 0.25
"""Weight of a run as a power of its examples: on the sizes up to 102,400 of the table of lin2024
this forecast 102,400 best among 0, 1/4, 1/2 and 1 (benchmarks/finetune_table)."""

NAMES = ("model", "base_model", "family")


@dataclass(frozen=True)
class FinetuneCurve:
    """One model: its fit, where its curve bends, which phase its runs have seen.

    Attributes
    ----------
    bend : D_l^(1/beta) examples: below, the slope is less than half of its final one
    bend_interval : of the resamples; None without them
    phase : of the runs: all below the bend, all above, or on both sides
    """

    model: str
    fit: Fit
    bend: float
    bend_interval: tuple[float, float] | None
    phase: Phase

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        said = self.fit.to_dict()
        lo, hi = self.bend_interval or (None, None)
        return {
            "model": self.model,
            "phase": self.phase,
            "bend": {"value": self.bend, "lo": lo, "hi": hi, "unit": "examples"},
            **{key: said[key] for key in ("parameters", "rows", "starts", "noise", "warnings")},
        }


@dataclass(frozen=True)
class FinetuneCurves:
    """Every model that could be fitted, and why the others could not."""

    curves: tuple[FinetuneCurve, ...]
    failed: dict[str, str]
    level: float

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "law": "rectified",
            "level": self.level,
            "models": [curve.to_dict() for curve in self.curves],
            "failed": self.failed,
        }


def fit_finetune(
    runs: Runs,
    *,
    by: str | None = None,
    resamples: int = 100,
    level: float = 0.9,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> FinetuneCurves:
    """Fit the rectified law to each model.

    Parameters
    ----------
    by : column that names the model; model, base_model or family by default.
    resamples : draws behind the intervals; 0 for none.

    Raises
    ------
    DataError
        E557 if the table names no model or holds several tasks, E216 without examples.
    FitError
        E558 if no model could be fitted.
    """
    groups = models_of(runs, by)
    found, failed = [], {}
    for done, (model, part) in enumerate(groups.items()):
        try:
            found.append(_curve(model, part, resamples, level, seed))
        except FitError as error:
            failed[model] = error.what
        if progress is not None:
            progress(done + 1, len(groups))
    if not found:
        raise FitError(
            "The rectified law could be fitted to no model.",
            where="; ".join(f"{model}: {why}" for model, why in list(failed.items())[:3]),
            matters="four parameters need runs at more than four sizes a model.",
            do="fine-tune each model on D, D/2, D/4 ... examples; isoflop finetune pick needs "
            "three sizes only.",
            code="E558",
        )
    return FinetuneCurves(tuple(found), failed, level)


def models_of(runs: Runs, by: str | None = None) -> dict[str, Runs]:
    """The runs of each model, zero-shot rows left out; sorted by name."""
    if runs.has("dataset") and len(tasks := sorted(set(runs.text("dataset")))) > 1:
        raise DataError(
            f"The table holds {len(tasks)} tasks: {', '.join(tasks[:5])}.",
            where="column 'dataset'",
            matters="each task has a curve of its own.",
            do=f"choose one: --where dataset={tasks[0]}",
            code="E557",
        )
    known = [name for name in NAMES if runs.has(name)]
    if by is None and not known:
        raise DataError(
            "The table does not say which model a run fine-tuned.",
            where=f"columns {', '.join(runs.columns[:12])}",
            matters="every model has a curve of its own.",
            do="name the column: --by COLUMN",
            code="E557",
        )
    trained = runs.take(runs.values(examples_column(runs)) > 0.0)
    return trained.groups(by or known[0])


def examples_column(runs: Runs) -> str:
    """The column with fine-tuning examples; tokens where there is no ``examples``."""
    return "tokens" if runs.has("tokens") and not runs.has("examples") else "examples"


def rectified_fit(runs: Runs, *, resamples: int = 0, level: float = 0.9, seed: int = 0) -> Fit:
    """The rectified law on the runs of one model, larger sizes counting more."""
    column = examples_column(runs)
    examples = runs.values(column)
    return fit_law(
        runs,
        "rectified",
        axes={"D_f": column},
        weights=(examples / examples.max()) ** LARGER_COUNT,
        resamples=resamples,
        level=level,
        seed=seed,
    )


def _curve(model: str, runs: Runs, resamples: int, level: float, seed: int) -> FinetuneCurve:
    fit = rectified_fit(runs, resamples=resamples, level=level, seed=seed)
    examples = runs.values(examples_column(runs))
    bend = float(_bend(np.array([[fit.values["D_l"], fit.values["beta"]]]))[0])
    interval = None
    if len(fit.draws):
        at = [fit.law.parameter_names.index(name) for name in ("D_l", "beta")]
        tail = 50.0 * (1.0 - level)
        lo, hi = np.nanpercentile(_bend(fit.draws[:, at]), [tail, 100.0 - tail])
        interval = (float(lo), float(hi))
    phase: Phase = "both"
    if examples.max() <= bend:
        phase = "pre-power"
    elif examples.min() >= bend:
        phase = "power"
    return FinetuneCurve(model, fit, bend, interval, phase)


def _bend(values: FloatArray) -> FloatArray:
    """D_l^(1/beta) of (n, 2) values, held within what a float can show."""
    return np.asarray(np.exp(np.clip(np.log(values[:, 0]) / values[:, 1], -100.0, 100.0)))
