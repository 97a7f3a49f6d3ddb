"""``isoflop curves schedule``: the learning rates with the lowest final loss under a curve law."""

from __future__ import annotations

import sys
from pathlib import Path

from isoflop.cli.curves.options import curve_fit_from


def schedule(
    source: str,
    *,
    steps: int,
    peak: float | None = None,
    warmup: int = 0,
    size: float | None = None,
    knots: int = 160,
    json: bool = False,
    out: Path | None = None,
) -> None:
    """Find the schedule that never rises and ends at the lowest loss, and compare the usual ones.

    Parameters
    ----------
    source
        File that `isoflop curves fit --out` wrote, or published coefficients:
        multi_power@mpl-400m.
    steps
        Of the run, warm-up included.
    peak
        Largest learning rate; the largest of the fitted runs by default.
    warmup
        Steps of linear warm-up.
    size
        Parameters N, for laws that have it.
    knots
        Most corners of the schedule.
    json
        Print one JSON document.
    out
        Write the rates: .csv with the columns step and lr, or the .json document.
    """
    from isoflop.core.errors import unknown_name
    from isoflop.core.files import write_atomic
    from isoflop.decide.schedule_optimum import best_schedule, peak_of
    from isoflop.show.curve_text import schedule_text

    writers = (".csv", ".json")
    if out is not None and out.suffix.lower() not in writers:
        raise unknown_name("output format", out.suffix, writers, "isoflop curves schedule --help")
    fit = curve_fit_from(source)
    top = peak_of(fit) if peak is None else peak
    found = best_schedule(fit, steps=steps, peak=top, warmup=warmup, size=size, knots=knots)
    if out is not None:
        is_csv = out.suffix.lower() == ".csv"
        write_atomic(out, found.table().write_csv() if is_csv else found.to_json())
    sys.stdout.write(found.to_json() if json else schedule_text(found))
    for note in found.notes:
        sys.stderr.write(f"note [{note.code}] {note.text}\n")
