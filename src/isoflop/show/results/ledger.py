"""A ledger: nominal against realised coverage, and where runs fell in their forecasts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.result import ResultFigures
from isoflop.show.figure import Axis, Band, Dots, Drawing, Line, Panel
from isoflop.validate.ledger.calibration import N_BINS, Calibration
from isoflop.validate.ledger.ledger import Ledger


def draw(record: Ledger) -> Mapping[str, Drawing]:
    """Two panels; none where nothing was scored."""
    found = record.calibration()
    if not found.coverage:
        return {}
    note = f"{found.n} scored forecasts; the band is the 95% interval of a share."
    return {"calibration": Drawing((_coverage(found), _histogram(found)), (note,))}


def _coverage(found: Calibration) -> Panel:
    x = Axis("nominal coverage", "1", "number", span=(0.4, 1.0))
    y = Axis("realised coverage", "1", "number", span=(0.0, 1.05))
    level = np.array([item.level for item in found.coverage])
    band = Band(
        level,
        np.array([item.lo for item in found.coverage]),
        np.array([item.hi for item in found.coverage]),
        "law",
    )
    ideal = Line(np.array([0.4, 1.0]), np.array([0.4, 1.0]), "zero")
    dots = Dots(level, np.array([item.realised for item in found.coverage]), "runs", "realised")
    return Panel(x, y, (band, ideal, dots))


def _histogram(found: Calibration) -> Panel:
    """Bars as one stepped line, and the height all should have."""
    edges = np.repeat(np.linspace(0.0, 1.0, N_BINS + 1), 2)
    heights = np.concatenate([[0.0], np.repeat(found.histogram, 2), [0.0]])
    top = max(float(found.histogram.max()) * 1.1, 2.0 / N_BINS)
    x = Axis("place of the run in its forecast", "1", "number", span=(0.0, 1.0))
    y = Axis("share of forecasts", "1", "number", span=(0.0, top))
    even = Line(np.array([0.0, 1.0]), np.full(2, 1.0 / N_BINS), "zero")
    return Panel(x, y, (even, Line(edges, heights, "runs")))


RESULT = ResultFigures(Ledger, draw)
