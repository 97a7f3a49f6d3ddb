"""``isoflop forecast register``: put forecasts on record before their runs are made."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from isoflop.cli.options import OutputOptions, ReadOptions, Repeated


def register(
    fit: Path | None = None,
    *,
    at: Annotated[tuple[str, ...], Repeated],
    law: str | None = None,
    ledger: Path = Path("forecasts.jsonl"),
    note: str = "",
    runs: Path | None = None,
    read: ReadOptions | None = None,
    output: OutputOptions | None = None,
) -> None:
    """Register forecasts in an append-only ledger, dated and chained by hashes.

    Parameters
    ----------
    fit
        A fit of your own, as isoflop fit --out saves it.
    at
        A point, N=7B,D=1T; repeat for more points.
    law
        Instead of a fit: published coefficients, chinchilla@besiroglu2024 (no interval).
    ledger
        JSONL file to append to; commit it to git.
    note
        What a later reader should know: which run is meant.
    runs
        The runs of the fit: adds the extrapolation error learnt inside them to the interval.
    """
    from datetime import UTC, datetime

    from isoflop.core.files import canonical_json
    from isoflop.decide.forecast import parse_points
    from isoflop.decide.source import fit_from
    from isoflop.show.ledger_text import registered_text
    from isoflop.validate.ledger.register import bodies_of, learn, point_findings
    from isoflop.validate.ledger.registered import Registered
    from isoflop.validate.ledger.store import append

    found = fit_from(law, fit)
    points = parse_points(found.law, at)
    learnt = None if runs is None else learn(found, (read or ReadOptions()).load(runs))
    bodies = bodies_of(found, points, note=note, learnt=learnt)
    entries = append(ledger, "forecast", bodies, datetime.now(UTC))
    made = [Registered.of(entry) for entry in entries]
    head = entries[-1].hash
    document = {"registered": [item.to_dict() for item in made], "head": head}
    (output or OutputOptions()).give(canonical_json(document), registered_text(made, head))
    for finding in point_findings(found, points):
        sys.stderr.write(f"note [{finding.code}] {finding.text}\n")
