"""``isoflop read``: read a table of runs, show what was understood, save it canonically."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from isoflop.cli.options import ReadOptions

if TYPE_CHECKING:
    from isoflop.core.table import EvidenceTable


def read(
    path: Path,
    *,
    options: ReadOptions | None = None,
    curves: bool = False,
    save_map: Path | None = None,
    out: Path | None = None,
    json: bool = False,
) -> None:
    """Read a table of runs: which column is which quantity, what was left out and why.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run.
    curves
        The rows are logged steps of runs, not finished runs.
    save_map
        Write the mapping of columns to this TOML file, for --map-file.
    out
        Write the rows in canonical columns: .csv, .parquet or .jsonl.
    json
        Print one JSON document with all rows.
    """
    from isoflop.measure.mapping_words import save_mapping

    chosen = options or ReadOptions()
    table = chosen.load_curves(path) if curves else chosen.load(path)
    if save_map is not None:
        save_mapping(table.provenance.mapping, save_map)
    if out is not None:
        _write(table, out)
    sys.stdout.write(table.to_json() if json else _text(table))


def _write(table: EvidenceTable, out: Path) -> None:
    from isoflop.core.errors import unknown_name

    writers = {
        ".csv": table.to_csv,
        ".parquet": table.to_parquet,
        ".jsonl": table.to_jsonl,
    }
    if out.suffix.lower() not in writers:
        raise unknown_name("output format", out.suffix, writers, "isoflop read --help")
    writers[out.suffix.lower()](out)


def _text(table: EvidenceTable) -> str:
    history = table.provenance
    theirs = {ours: name for ours, name in history.mapping.items() if ours != name}
    lines = [repr(table), "", "Columns"]
    lines += [f"  {name:22} from {theirs[name]}" for name in theirs]
    same = [name for name in table.columns if name not in theirs]
    lines.append(f"  {', '.join(same)}")
    if history.conversions:
        lines += ["", "Done to the values", *(f"  {text}" for text in history.conversions)]
    if history.exclusions:
        lines += ["", f"Left out ({len(history.exclusions)})"]
        lines += [f"  row {e.row}: {e.rule} - {e.reason}" for e in history.exclusions[:10]]
        more = len(history.exclusions) - 10
        lines += [f"  and {more} more (--json lists all)"] if more > 0 else []
    return "\n".join(lines) + "\n"
