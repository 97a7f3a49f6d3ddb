"""Draws the calibration of a ledger into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from isoflop.core.errors import UsageError
from isoflop.core.files import write_atomic
from isoflop.show.draw.matplotlib import draw
from isoflop.validate.ledger.ledger import Ledger


def save_calibration(record: Ledger, path: Path) -> Path:
    """Write the calibration plot as .svg or .png.

    Raises
    ------
    UsageError
        E450 if no scored forecast had an interval, E101 for another kind of file.
    """
    kinds: dict[str, Literal["svg", "png"]] = {".svg": "svg", ".png": "png"}
    if path.suffix not in kinds:
        raise UsageError(
            f"A figure is written as .svg or .png, not {path.suffix or 'without a suffix'}.",
            where=f"--figure {path}",
            matters="nothing was drawn.",
            do="name it calibration.svg.",
            code="E101",
        )
    drawings = record.figures()
    if "calibration" not in drawings:
        raise UsageError(
            "The ledger has no calibration to draw yet.",
            where=f"--figure {path}",
            matters="no scored forecast had an interval.",
            do="score forecasts first: isoflop forecast score RUNS",
            code="E450",
        )
    return write_atomic(path, draw(drawings["calibration"], kinds[path.suffix], name="calibration"))
