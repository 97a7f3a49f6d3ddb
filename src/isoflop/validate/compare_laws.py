"""Laws ranked by how they forecast runs that were held out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from isoflop.core.runs import Runs
from isoflop.fit.fit_law import fit_law
from isoflop.validate.backtest import backtest


@dataclass(frozen=True)
class Row:
    """One law: mean absolute relative error on held-out runs, objective on all runs."""

    name: str
    are_heldout: float
    objective: float
    n_parameters: int
    tie: bool


@dataclass(frozen=True)
class Comparison:
    """Laws, the best first; ``tie`` marks those that cannot be told from the best."""

    rows: tuple[Row, ...]
    best: str

    def to_dict(self) -> dict[str, object]:
        """The contract of ``compare``."""
        laws = [
            {
                "name": row.name,
                "are_heldout": row.are_heldout,
                "objective": row.objective,
                "parameters": row.n_parameters,
                "tie": row.tie,
            }
            for row in self.rows
        ]
        return {"laws": laws, "best": self.best}


def compare_laws(
    runs: Runs,
    laws: Sequence[str],
    *,
    resamples: int = 100,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Backtest the laws on the same splits and fit each to all runs."""
    trust = backtest(runs, laws, resamples=resamples, seed=seed, progress=progress)
    scores = trust.scores
    tied = {trust.selection.best, *trust.selection.ties}
    rows = []
    for name, score in scores.items():
        fit = fit_law(runs, name, resamples=0, seed=seed)
        assert fit.objective_value is not None
        free = len(fit.law.parameters)
        rows.append(Row(name, score.are_mean, fit.objective_value, free, name in tied))
    rows.sort(key=lambda row: row.are_heldout)
    return Comparison(tuple(rows), trust.selection.best)
