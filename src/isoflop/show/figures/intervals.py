"""How well each parameter is known: its interval as a multiple of its value, one row each."""

from __future__ import annotations

import numpy as np

from isoflop.show.figure import Axis, Dots, Drawing, Figure, Line, Panel, Subject

_ROOM = 1.15  # factor left free beyond the widest interval


def shows(subject: Subject) -> bool:
    """Whether at least one parameter has an interval."""
    return bool(_rows(subject))


def data(subject: Subject) -> Drawing:
    """Intervals over values, so that parameters of any unit share one axis."""
    fit = subject.fit
    rows = _rows(subject)
    value = np.array([fit.values[name] for name, _, _ in rows])
    lo = np.array([low for _, low, _ in rows]) / value
    hi = np.array([high for _, _, high in rows]) / value
    at = np.arange(len(rows), dtype=float)[::-1]
    labels = tuple(f"{name} = {fit.values[name]:.4g}" for name, _, _ in reversed(rows))
    span = (float(lo.min()) / _ROOM, float(hi.max()) * _ROOM)
    x = Axis("parameter over its best value", "1", "number", log=True, span=span)
    y = Axis("", "1", "text", span=(-0.6, len(rows) - 0.4), labels=labels)
    centre = Line(np.ones(2), np.array([-0.6, len(rows) - 0.4]), "zero")
    label = f"{fit.level:.0%} of refits"
    dots = Dots(np.ones(len(rows)), at, "law", label, lo=lo, hi=hi)
    left_out = [name for name in fit.law.parameter_names if name not in {r[0] for r in rows}]
    notes = (
        [f"Not drawn (held fixed, or not positive throughout): {', '.join(left_out)}."]
        if left_out
        else []
    )
    return Drawing((Panel(x, y, (centre, dots)),), tuple(notes))


def _rows(subject: Subject) -> list[tuple[str, float, float]]:
    """Name, low and high of every parameter that is positive throughout its interval."""
    fit = subject.fit
    found = []
    for name, span in fit.intervals.items():
        if span is not None and span[0] > 0 and fit.values[name] > 0:
            found.append((name, *span))
    return found


FIGURE = Figure(
    "intervals", "How well each parameter is known", data, shows, "a fit with resamples"
)
