"""Options of ``isoflop validate``: how forecasts are judged, and whether laws are stacked."""

from __future__ import annotations

from dataclasses import dataclass

from cyclopts import Parameter


@Parameter(name="*")
@dataclass(frozen=True)
class JudgeOptions:
    """What counts as good, and who takes part."""

    tolerance: float = 0.02
    """Mean relative error below which a forecast counts as good."""

    stack: bool = False
    """Forecast with all these laws together too, weighted by how each looked back on its runs."""
