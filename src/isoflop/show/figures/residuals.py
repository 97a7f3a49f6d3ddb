"""What the law leaves unexplained, against its prediction and against compute."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.show.figure import (
    Axis,
    Band,
    Dots,
    Drawing,
    Figure,
    Line,
    Panel,
    Subject,
    axis_of,
    target_axis,
)

_REACH = 0.04  # of the axis, left free at both ends


def shows(subject: Subject) -> bool:
    """Whether residuals belong to these runs."""
    runs = subject.runs
    return runs is not None and len(runs) == len(subject.fit.residuals) > 0


def data(subject: Subject) -> Drawing:
    """Observed over predicted minus one; the band is the noise of the fit."""
    fit, runs = subject.fit, subject.runs
    assert runs is not None
    off = np.expm1(fit.residuals)
    y = Axis(f"observed over predicted {fit.target}", "1", "fraction")
    panels = [_panel(target_axis(fit), y, runs.values(fit.target) / (1 + off), off, fit.noise)]
    second = "C" if runs.has("C") else fit.axes.get(fit.law.inputs[0], fit.law.inputs[0])
    panels.append(_panel(axis_of(second, log=True), y, runs.values(second), off, fit.noise))
    first = panels[0]
    words = Axis(f"predicted {first.x.words}", first.x.unit, first.x.kind)
    notes = [f"The band is the run-to-run noise of the fit, {fit.noise:.2%} of the {fit.target}."]
    far = int((np.abs(fit.residuals) > 5 * max(fit.noise, 1e-12)).sum())
    if far:
        are = "is" if far == 1 else "are"
        notes.append(f"{far} of {len(off)} runs {are} more than five times the noise away.")
    return Drawing((Panel(words, y, first.series), panels[1]), tuple(notes))


def _panel(x: Axis, y: Axis, at: FloatArray, off: FloatArray, noise: float) -> Panel:
    low, high = float(at.min()), float(at.max())
    if x.log:
        room = (high / low) ** _REACH
        ends = np.array([low / room, high * room])
    else:
        room = (high - low) * _REACH
        ends = np.array([low - room, high + room])
    level = np.full(2, np.expm1(noise))
    band = Band(ends, -level, level, "law", "noise")
    zero = Line(ends, np.zeros(2), "zero")
    return Panel(x, y, (band, zero, Dots(at, off, "runs", "runs")))


FIGURE = Figure("residuals", "What the law leaves unexplained", data, shows, "the runs of the fit")
