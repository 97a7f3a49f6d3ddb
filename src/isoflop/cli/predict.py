"""``isoflop predict``: the loss at given sizes and tokens, with intervals."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def predict(
    *,
    at: Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative=())],
    law: str | None = None,
    fit: Path | None = None,
    level: float | None = None,
    noise: bool = False,
    json: bool = False,
    out: Path | None = None,
) -> None:
    """Predict the loss of runs not yet made.

    Parameters
    ----------
    at
        A point, N=7B,D=1T; repeat for more points.
    law
        Published coefficients: chinchilla@besiroglu2024.
    fit
        A fit of your own, as isoflop fit --out saves it.
    level
        Of the intervals; that of the fit by default.
    noise
        Interval for one further run, run-to-run noise included, and not for the expected loss.
    json
        Print one JSON document.
    out
        Save that document to this file.
    """
    from isoflop.core.files import canonical_json, write_atomic
    from isoflop.decide.forecast import forecast_notes, forecast_text, parse_points
    from isoflop.decide.source import fit_from

    source = fit_from(law, fit)
    forecast = source.predict(parse_points(source.law, at), level=level, noise=noise)
    document = canonical_json(forecast.to_dict())
    if out is not None:
        write_atomic(out, document)
    sys.stdout.write(document if json else forecast_text(source, forecast))
    sys.stderr.write(forecast_notes(source, forecast))
