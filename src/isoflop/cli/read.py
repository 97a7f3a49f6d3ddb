"""``isoflop read``: read a table of runs, show what was understood, save it canonically."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from isoflop.cli.options import ReadOptions

if TYPE_CHECKING:
    from isoflop.core.runs import Runs


def read(
    path: Path,
    *,
    options: ReadOptions | None = None,
    save_map: Path | None = None,
    out: Path | None = None,
    json: bool = False,
) -> None:
    """Read a table of runs: which column is which quantity, what was left out and why.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run.
    save_map
        Write the mapping of columns to this TOML file, for --map-file.
    out
        Write the runs in canonical columns: .csv, .parquet or .jsonl.
    json
        Print one JSON document with all runs.
    """
    from isoflop.measure.mapping_words import save_mapping

    chosen = options or ReadOptions()
    runs = chosen.load(path)
    if save_map is not None:
        save_mapping(runs.provenance.mapping, save_map)
    if out is not None:
        _write(runs, out)
    sys.stdout.write(runs.to_json() if json else _text(runs))


def _write(runs: Runs, out: Path) -> None:
    from isoflop.core.errors import unknown_name

    writers = {
        ".csv": runs.to_csv,
        ".parquet": runs.to_parquet,
        ".jsonl": runs.to_jsonl,
    }
    if out.suffix.lower() not in writers:
        raise unknown_name("output format", out.suffix, writers, "isoflop read --help")
    writers[out.suffix.lower()](out)


def _text(runs: Runs) -> str:
    history = runs.provenance
    theirs = {ours: name for ours, name in history.mapping.items() if ours != name}
    lines = [repr(runs), "", "Columns"]
    lines += [f"  {name:22} from {theirs[name]}" for name in theirs]
    same = [name for name in runs.columns if name not in theirs]
    lines.append(f"  {', '.join(same)}")
    if history.conversions:
        lines += ["", "Done to the values", *(f"  {text}" for text in history.conversions)]
    if history.exclusions:
        lines += ["", f"Left out ({len(history.exclusions)})"]
        lines += [f"  row {e.row}: {e.rule} - {e.reason}" for e in history.exclusions[:10]]
        more = len(history.exclusions) - 10
        lines += [f"  and {more} more (--json lists all)"] if more > 0 else []
    return "\n".join(lines) + "\n"
