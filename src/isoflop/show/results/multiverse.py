"""Universes sorted by their optimal size, and where each option lies: a specification curve."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.result import ResultFigures
from isoflop.decide.multiverse.result import Multiverse
from isoflop.show.figure import Axis, Dots, Drawing, Line, Panel, Series

_ROOM = 1.1  # factor left free beyond the extremes


def draw(found: Multiverse) -> Mapping[str, Drawing]:
    """Left: every universe, sorted. Right: the universes of each option, 10% to 90% as a bar."""
    N = np.array([item.answer.N for item in found.lived])
    x = Axis(
        "optimal size", "parameters", "count", log=True, span=(N.min() / _ROOM, N.max() * _ROOM)
    )
    note = f"{len(N)} universes at {found.budget:.3g} FLOP; the line is the usual one."
    return {"universes": Drawing((_sorted(found, N, x), _options(found, N, x)), (note,))}


def _sorted(found: Multiverse, N: np.ndarray, x: Axis) -> Panel:
    place = np.arange(1, len(N) + 1) / len(N)
    series: list[Series] = [Dots(np.sort(N), place, "runs")]
    if found.default is not None:
        series.append(Line(np.full(2, found.default.N), np.array([0.0, 1.0]), "zero"))
    return Panel(x, Axis("share of universes below", "1", span=(0.0, 1.02)), tuple(series))


def _options(found: Multiverse, N: np.ndarray, x: Axis) -> Panel:
    rows = [
        (effect.choice, option)
        for effect in found.effects
        for option in found.options[effect.choice]
    ]
    labels, series = [], []
    for at, (choice, option) in enumerate(reversed(rows)):
        own = N[[item.picks[choice] == option for item in found.lived]]
        labels.append(f"{choice}: {option}")
        if not len(own):
            continue
        y = np.full(len(own), float(at))
        lo, middle, hi = (np.array([q]) for q in np.quantile(own, [0.1, 0.5, 0.9]))
        series.append(Dots(own, y, "runs"))
        series.append(Dots(middle, y[:1], "law", lo=lo, hi=hi))
    y_axis = Axis("", "1", "text", span=(-0.6, len(rows) - 0.4), labels=tuple(labels))
    return Panel(x, y_axis, tuple(series))


RESULT = ResultFigures(Multiverse, draw)
