"""A backtest: how far off held-out runs were forecast, against how far beyond the training runs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.result import ResultFigures
from isoflop.show.figure import Axis, Dots, Drawing, Line, Panel, Series
from isoflop.validate.trust import Trust


def draw(trust: Trust) -> Mapping[str, Drawing]:
    """Observed over forecast minus one at every threshold: one figure a law, dots by threshold."""
    return {f"held_out {name}": _held_out(trust, name) for name in trust.laws}


def _held_out(trust: Trust, name: str) -> Drawing:
    forecasts = trust.laws[name]
    tints = np.linspace(0.0, 1.0, max(len(forecasts), 2))
    reach = np.concatenate([item.reach for item in forecasts])
    series: list[Series] = [Line(np.array([reach.min(), reach.max()]), np.zeros(2), "zero")]
    series += [
        Dots(
            item.reach,
            item.observed / item.predicted - 1.0,
            "level",
            f"learnt up to {item.threshold:.3g}",
            tint=float(tint),
        )
        for item, tint in zip(forecasts, tints, strict=False)
    ]
    x = Axis(f"{trust.column} over the largest learnt from", "1", log=True)
    y = Axis(f"observed over forecast {trust.settings.get('target', '')}".strip(), "1", "fraction")
    return Drawing((Panel(x, y, tuple(series)),), (trust.verdicts[name].text,))


RESULT = ResultFigures(Trust, draw)
