"""``isoflop predict``: the loss at given sizes and tokens, with intervals."""

from __future__ import annotations

import sys
from typing import Annotated

from isoflop.cli.options import OutputOptions, Repeated
from isoflop.cli.plan_options import LawOptions


def predict(
    *,
    at: Annotated[tuple[str, ...], Repeated],
    source: LawOptions | None = None,
    level: float | None = None,
    noise: bool = False,
    output: OutputOptions | None = None,
) -> None:
    """Predict the loss of runs not yet made.

    Parameters
    ----------
    at
        A point, N=7B,D=1T; repeat for more points.
    level
        Of the intervals; that of the fit by default.
    noise
        Interval for one further run, run-to-run noise included, and not for the expected loss.
    """
    from isoflop.core.files import canonical_json
    from isoflop.decide.forecast import forecast_notes, forecast_text, parse_points
    from isoflop.decide.source import fit_from

    chosen = source or LawOptions()
    fit = fit_from(chosen.law, chosen.fit)
    forecast = fit.predict(parse_points(fit.law, at), level=level, noise=noise)
    document = canonical_json(forecast.to_dict())
    (output or OutputOptions()).give(document, forecast_text(fit, forecast))
    sys.stderr.write(forecast_notes(fit, forecast))
