"""What a plan or a forecast rests on: a saved fit, or published coefficients."""

from __future__ import annotations

from pathlib import Path

from isoflop.core.errors import UsageError
from isoflop.fit.fit import Fit


def fit_from(law: str | None, path: Path | None) -> Fit:
    """The fit in a file, or the published set ``law@set``; exactly one is given.

    Raises
    ------
    UsageError
        E406 unless exactly one is given.
    """
    if law is not None and path is None:
        return Fit.published(law)
    if path is not None and law is None:
        return Fit.load(path)
    raise UsageError(
        f"{'No' if law is None else 'Both a fit and a'} law was given to plan with.",
        where="--law, --fit",
        matters="coefficients are never assumed.",
        do="give --fit fit.json, or --law chinchilla@besiroglu2024 (isoflop laws lists the sets).",
        code="E406",
    )
