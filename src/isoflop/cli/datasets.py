"""``isoflop datasets``: the run tables the package carries, and how they were measured."""

from __future__ import annotations

import sys
from pathlib import Path

from isoflop.core.errors import UsageError


def datasets(
    name: str | None = None,
    /,
    *,
    curves: bool = False,
    out: Path | None = None,
    json: bool = False,
) -> None:
    """List the measured tables, or show the card of one and write it to a file.

    Parameters
    ----------
    name
        Of a table; all are listed without one.
    curves
        Write the logged steps instead of the final state of every run.
    out
        Write the table here: .csv, .parquet or .jsonl.
    json
        Print one JSON document.
    """
    from isoflop.core.files import canonical_json
    from isoflop.measure.measured import measured, measured_tables

    if name is None:
        _refuse(out, curves)
        found = measured_tables()
        if json:
            sys.stdout.write(canonical_json({"tables": [t.card for t in found.values()]}))
            return
        for table in found.values():
            sys.stdout.write(f"{table.name:10s} {table.about}\n")
        return
    table = measured(name)
    evidence = table.steps() if curves else table.runs()
    if out is not None:
        writers = {".csv": evidence.to_csv, ".parquet": evidence.to_parquet}
        writers[".jsonl"] = evidence.to_jsonl
        if out.suffix not in writers:
            raise UsageError(
                f"'{out.name}' has no ending that says the format.",
                where="--out",
                matters="the format follows from the ending.",
                do="end it in .csv, .parquet or .jsonl",
                code="E100",
            )
        writers[out.suffix](out)
    if json:
        sys.stdout.write(canonical_json({"card": table.card, "rows": len(evidence)}))
        return
    sys.stdout.write(f"{table.name}: {table.about}\n{evidence!r}\n\n")
    for key, value in table.card.items():
        if key != "about":
            sys.stdout.write(f"{key}: {value}\n")


def _refuse(out: Path | None, curves: bool) -> None:
    if out is not None or curves:
        raise UsageError(
            "No table was named to write.",
            where="isoflop datasets",
            matters="--out and --curves are about one table.",
            do="name it: isoflop datasets ladder --out ladder.csv",
            code="E100",
        )
