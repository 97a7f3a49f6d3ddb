"""``isoflop curves predict``: the loss at any step of a schedule not yet run."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

from isoflop.cli.curves.options import curve_fit_from
from isoflop.cli.options import OutputOptions, Repeated


def predict(
    source: str,
    *,
    schedule: str,
    at: Annotated[tuple[str, ...], Repeated] = (),
    points: int = 12,
    warmup: Literal["apart", "rise"] = "apart",
    size: float | None = None,
    output: OutputOptions | None = None,
) -> None:
    """Predict the loss along a schedule from a fitted or published curve law.

    Parameters
    ----------
    source
        File that `isoflop curves fit --out` wrote, or published coefficients:
        multi_power@mpl-400m.
    schedule
        NAME,peak=3e-4,steps=24K,warmup=2K,decay=0.2, or a CSV file with the columns step and lr.
    at
        Steps to predict: 10K,20K; even in log step, and the last, by default.
    points
        How many steps, where none are named.
    warmup
        As in the fit.
    size
        Parameters N, for laws that have it.
    """
    from isoflop.fit.curve_fit.forecast import course_at, forecast_document
    from isoflop.show.curve_text import prediction_text

    fit = curve_fit_from(source)
    course, offset = course_at(schedule, at, points=points, warmup=warmup, size=size)
    forecast = fit.predict(course, offset=offset)
    text = prediction_text(fit, forecast)
    (output or OutputOptions()).give(forecast_document(fit, forecast), text)
    for note in forecast.notes:
        sys.stderr.write(f"note [{note.code}] {note.text}\n")
