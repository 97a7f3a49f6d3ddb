"""``isoflop forecast verify``: has anyone rewritten the record?"""

from __future__ import annotations

import sys
from pathlib import Path

from isoflop.cli.options import OutputOptions


def verify(
    *,
    ledger: Path = Path("forecasts.jsonl"),
    head: str | None = None,
    output: OutputOptions | None = None,
) -> None:
    """Check the chain of a ledger; an edited, removed, inserted or moved entry is named.

    Parameters
    ----------
    ledger
        File of the ledger.
    head
        A head kept elsewhere: only against it are entries cut off at the end noticed, or a chain
        written anew.
    """
    from isoflop.core.files import canonical_json
    from isoflop.show.ledger_text import verified_text
    from isoflop.validate.ledger.ledger import Ledger
    from isoflop.validate.ledger.store import examine_file, refuse_faults, require_head

    found = examine_file(ledger)
    refuse_faults(found, ledger)
    if head is not None:
        require_head(found, head, ledger)
    record = Ledger(found.entries)
    document = {
        "intact": True,
        "entries": len(found.entries),
        "forecasts": len(record.forecasts),
        "scores": len(record.scores),
        "head": found.head,
        "against": head,
        "notes": [note.to_dict() for note in found.notes],
    }
    (output or OutputOptions()).give(canonical_json(document), verified_text(record, head))
    for note in found.notes:
        sys.stderr.write(f"note [{note.code}] {note.text}\n")
