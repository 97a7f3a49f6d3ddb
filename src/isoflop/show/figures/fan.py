"""The forecast: best reachable loss against compute with its doubt, dashed beyond the data."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.fit import Fit
from isoflop.show.figure import (
    Band,
    Dots,
    Drawing,
    Figure,
    Line,
    Panel,
    Series,
    Shade,
    Subject,
    axis_of,
    parted,
    target_axis,
)
from isoflop.show.frontier import efficient_runs, flop_per_parameter_token, frontier, is_split_law

_BEYOND = 100.0  # the forecast is drawn to this multiple of the data, or further if asked
_POINTS = 81
_INNER = 0.5  # level of the inner band


@dataclass(frozen=True, eq=False)
class _Path:
    """The law along one axis: ``values`` (n_sets, n), first row the point fit."""

    axis: str
    x: FloatArray
    values: FloatArray
    words: str


def shows(subject: Subject) -> bool:
    """Whether the range of the data is known and the law has one axis to go along."""
    axis = _axis(subject.fit)
    return axis is not None and axis[1] in subject.fit.evidence


def data(subject: Subject) -> Drawing:
    """Line, two bands, the runs, and the trusted range."""
    fit = subject.fit
    path = _path(subject)
    low, high = fit.evidence[_symbol(fit)]
    line = Line(path.x, path.values[0], "law", path.words)
    series: list[Series] = [_shade(subject, low, high)]
    if len(path.values) > 1:
        for level, strength in ((fit.level, 0.16), (_INNER, 0.3)):
            tails = [50 * (1 - level), 50 * (1 + level)]
            lo, hi = np.percentile(path.values[1:], tails, axis=0)
            label = f"{level:.0%} of refits"
            series.append(Band(path.x, lo, hi, "law", label, strength))
    series += parted(line, (path.x >= low) & (path.x <= high * (1 + 1e-9)))
    bottom, top = float(path.values[0].min()), float(path.values[0].max())
    bottom = min(bottom, *(float(s.lo.min()) for s in series if isinstance(s, Band)), bottom)
    notes = ["Solid where there are runs, dashed beyond; run-to-run noise is not in the bands."]
    dots = _dots(subject, path.axis)
    if dots:
        top = max(top, float(dots[1].y.max()))
        above = int((dots[0].y > top + 0.08 * (top - bottom)).sum())
        if above:
            lie = "run with a higher {} lies" if above == 1 else "runs with a higher {} lie"
            notes.append(f"{above} {lie.format(fit.target)} above the frame.")
        series += dots
    room = 0.08 * (top - bottom)
    x = replace(axis_of(path.axis, log=True), span=(float(path.x[0]), float(path.x[-1])))
    return Drawing(
        (Panel(x, target_axis(fit, span=(bottom - room, top + room)), tuple(series)),),
        tuple(notes),
    )


def _axis(fit: Fit) -> tuple[str, str] | None:
    """Column of the axis and its symbol: compute where the law has it, else the only input."""
    if is_split_law(fit) or "C" in fit.law.inputs:
        return fit.axes.get("C", "C"), "C"
    if len(fit.law.inputs) == 1:
        symbol = fit.law.inputs[0]
        return fit.axes.get(symbol, symbol), symbol
    return None


def _symbol(fit: Fit) -> str:
    axis = _axis(fit)
    assert axis is not None
    return axis[1]


def _path(subject: Subject) -> _Path:
    fit, runs = subject.fit, subject.runs
    axis = _axis(fit)
    assert axis is not None
    low, high = fit.evidence[axis[1]]
    end = max(high * _BEYOND, (subject.budget or 0.0) * 2)
    end = max(end, high * (subject.reach or 0.0) * 2)
    x = np.unique(np.r_[np.geomspace(low, high, _POINTS), np.geomspace(high, end, _POINTS)])
    if is_split_law(fit):
        best = frontier(fit, x, per_pair=flop_per_parameter_token(runs))
        return _Path(axis[0], x, best.loss, "best split by the law")
    held = {name: np.sqrt(a * b) for name, (a, b) in fit.evidence.items() if name in fit.law.inputs}
    inputs = fit.law.input_arrays(held | {axis[1]: x})
    point = np.array([[fit.values[name] for name in fit.law.parameter_names]])
    sets = np.vstack([point, fit.draws])
    others = [f"{name} {held[name]:.3g}" for name in fit.law.inputs if name != axis[1]]
    words = f"law at {', '.join(others)}" if others else "law"
    return _Path(axis[0], x, fit.law.evaluate(inputs, sets), words)


def _shade(subject: Subject, low: float, high: float) -> Shade:
    if subject.reach is None or subject.reach < 1.0:
        return Shade(low, high, "trusted", "range of the runs")
    return Shade(low, high * subject.reach, "trusted", "trusted range")


def _dots(subject: Subject, column: str) -> list[Dots]:
    fit, runs = subject.fit, subject.runs
    if runs is None or not runs.has(column):
        return []
    x, y = runs.values(column), runs.values(fit.target)
    best = efficient_runs(x, y)
    others = np.setdiff1d(np.arange(len(runs)), best)
    return [
        Dots(x[others], y[others], "runs", "runs"),
        Dots(x[best], y[best], "best", "runs no cheaper run beats"),
    ]


FIGURE = Figure(
    "fan",
    "Forecast",
    data,
    shows,
    "a law in size and tokens, in compute, or in one input, and a known range of the data",
)
