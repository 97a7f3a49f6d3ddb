"""Losses along a schedule that was asked for in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from isoflop.core.errors import DataError, UsageError
from isoflop.core.files import canonical_json
from isoflop.core.quantities import parse_count
from isoflop.fit.curve_fit.curve_fit import CurveFit
from isoflop.fit.curve_fit.loss_curve import Reading, WarmUp, course_of
from isoflop.fit.curve_fit.prediction import CurvePrediction
from isoflop.fit.curve_fit.schedule_text import rates_from
from isoflop.laws.course import Course

_FIRST = 0.01  # of the run: where predictions begin if no steps are named


def course_at(
    schedule: str, at: Sequence[str], *, points: int, warmup: WarmUp, size: float | None
) -> tuple[Course, int]:
    """The course of a schedule at steps, and its warm-up.

    Raises
    ------
    UsageError
        E536 if the schedule or a step cannot be.
    """
    rates = rates_from(schedule)
    reading = Reading(warmup=warmup, size=size)
    _, offset = course_of(rates, reading=reading)
    wanted = [_step(text) for item in at for text in item.split(",")]
    if not wanted:
        first = max(offset + 1, int(_FIRST * len(rates)), 1)
        wanted = [int(step) for step in np.geomspace(first, len(rates), max(points, 1)).round()]
    steps = np.unique(np.minimum(wanted, len(rates)) if not at else wanted).astype(np.int64)
    if steps[0] <= offset or steps[-1] > len(rates):
        raise UsageError(
            f"The steps do not lie between {offset + 1} and {len(rates)}.",
            where=f"--at {','.join(at)}",
            matters="a curve law says nothing of the warm-up, nor of steps after the last.",
            do="name steps after the warm-up, up to the last one.",
            code="E536",
        )
    return course_of(rates, steps, reading=reading)


def forecast_document(fit: CurveFit, forecast: CurvePrediction) -> str:
    """The forecast as one JSON document."""
    return canonical_json(
        {
            "law": fit.label or fit.law.name,
            "level": forecast.level,
            "points": forecast.table().to_dicts(),
            "warnings": [note.to_dict() for note in forecast.notes],
        }
    )


def _step(text: str) -> int:
    try:
        return int(parse_count(text))
    except DataError as error:
        raise UsageError(
            f"{text!r} is not a step.",
            where=f"--at {text}",
            matters="nothing was computed.",
            do="write steps as 10K,20K.",
            code="E114",
        ) from error
