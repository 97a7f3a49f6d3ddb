"""The near-optimal set: every run within a quarter of a percent of the best of its cell."""

from __future__ import annotations

from isoflop.fit.rates.cells import Cell
from isoflop.fit.rates.optima import Optima, Settings

NEAR = 0.0025  # steplaw2025 and deepseek2024: relative to the best loss


def near_optimal(cell: Cell, near: float = NEAR) -> Settings | str:
    """All settings within a share of the best loss.

    The set follows the flat floor of the bowl, so it is steadier than the best run alone. A cell
    whose best run is the first or last tried has its floor cut off and is left out.
    """
    if cell.edges:
        return f"its best run is at the edge of the {' and '.join(cell.edges)} tried"
    kept = cell.take(cell.loss <= (1.0 + near) * cell.best)
    return Settings(kept.lr, kept.batch)


OPTIMA = Optima("near", "runs within 0.25% of the best of their cell", "steplaw2025", near_optimal)
