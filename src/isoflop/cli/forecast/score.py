"""``isoflop forecast score``: how registered forecasts did, once their runs are made."""

from __future__ import annotations

import sys
from pathlib import Path

from isoflop.cli.options import OutputOptions, ReadOptions


def score(
    path: Path,
    *,
    read: ReadOptions | None = None,
    ledger: Path = Path("forecasts.jsonl"),
    id: str | None = None,
    tolerance: float = 0.02,
    output: OutputOptions | None = None,
) -> None:
    """Score registered forecasts by runs that were made since; appends to the ledger.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file of runs, one row a run.
    ledger
        File of the ledger.
    id
        One forecast, whose run is the only row (--where), whatever its inputs.
    tolerance
        How far inputs may differ from the registered ones, a fraction.
    """
    from datetime import UTC, datetime

    from isoflop.core.files import canonical_json
    from isoflop.show.ledger_text import scored_text
    from isoflop.validate.ledger.ledger import Ledger, ScoredRun
    from isoflop.validate.ledger.scoring import match_runs
    from isoflop.validate.ledger.store import append

    record = Ledger.read(ledger)
    runs = (read or ReadOptions()).load(path)
    matched = match_runs(record, runs, tolerance=tolerance, only=id)
    entries = append(ledger, "score", matched.bodies, datetime.now(UTC)) if matched.bodies else ()
    made = [ScoredRun.of(entry) for entry in entries]
    head = entries[-1].hash if entries else record.head
    document = {
        "scored": [item.to_dict() for item in made],
        "known": matched.known,
        "open": list(matched.open),
        "head": head,
    }
    text = scored_text(record, made, matched, head)
    (output or OutputOptions()).give(canonical_json(document), text)
    for sentence in matched.open:
        sys.stderr.write(f"no run yet for {sentence}\n")
