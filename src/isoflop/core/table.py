"""A frozen table of evidence: rows, what their columns count, where they came from.

``Runs`` (one row per run) and ``Curves`` (one row per logged step) are its two kinds.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import polars as pl

from isoflop.core.arrays import BoolArray, FloatArray, IntArray
from isoflop.core.condition import parse_condition
from isoflop.core.conventions import Conventions
from isoflop.core.digest import label, table_digest
from isoflop.core.errors import DataError, unknown_name
from isoflop.core.files import canonical_json, write_atomic
from isoflop.core.flops import FORMULA_SOURCES
from isoflop.core.provenance import Provenance
from isoflop.core.quantities import RATIOS, column_of, format_count, quantity
from isoflop.core.result import figures_of
from isoflop.core.sources import Source, cite_all

if TYPE_CHECKING:
    from isoflop.core.result import Drawing

ROW = "row"
"""Name of the internal column: 1-based data row of the source, for messages only."""

_ROWS_NAMED = 5  # rows named in a message before "and n more"; assumption: enough to find them


@dataclass(frozen=True, repr=False)
class EvidenceTable:
    """What ``Runs`` and ``Curves`` have in common.

    Parameters
    ----------
    table : canonical columns, further columns of the source, and ``row``.
    conventions : what params, flops and loss count.
    provenance : source, mapping, conversions, every excluded row.
    """

    holds: ClassVar[str]
    """What its rows are, in one word: the key of ``tables()`` and of the document."""

    table: pl.DataFrame
    conventions: Conventions
    provenance: Provenance

    def __len__(self) -> int:
        return self.table.height

    @property
    def columns(self) -> list[str]:
        """Names of the columns, without the internal ``row``."""
        return [name for name in self.table.columns if name != ROW]

    @property
    def rows(self) -> IntArray:
        """1-based data row of the source, (n_runs,)."""
        return self.table[ROW].cast(pl.Int64).to_numpy()

    @property
    def digest(self) -> str:
        """sha256 of the values, the same on every machine."""
        return table_digest(self.table.drop(ROW))

    def has(self, name: str) -> bool:
        """True if :meth:`values` knows the column or symbol; M, epochs, steps follow by ratio."""
        return self._ratio(name) is not None or column_of(name) in self.columns

    def values(self, name: str) -> FloatArray:
        """A numeric column as float64.

        Parameters
        ----------
        name : column ("params") or law symbol ("N"; "M" is tokens/params).

        Returns
        -------
        FloatArray
            (n_runs,), in the unit of the quantity.

        Raises
        ------
        DataError
            E216 if the column is absent, E213 if it holds text, E217 if rows have no value.
        """
        ratio = self._ratio(name)
        if ratio is not None:
            return self.values(ratio[0]) / self.values(ratio[1])
        series = self._series(column_of(name))
        if not (series.dtype.is_numeric() or series.dtype == pl.Boolean):
            raise DataError(
                f"Column '{name}' holds text, numbers are needed.",
                where=f"{self.provenance.source}, column '{series.name}'",
                do=f"choose another column with --map {name}=COLUMN.",
                code="E213",
            )
        if series.null_count():
            empty = self.table.filter(series.is_null())[ROW].to_list()
            raise DataError(
                f"{len(empty)} of {len(self)} rows have no value for '{series.name}'.",
                where=f"{self.provenance.source}, column '{series.name}', {name_rows(empty)}",
                matters="a run without this value cannot be used here.",
                do=f"fill them in, or leave them out with --where '{series.name}>=0'.",
                code="E217",
            )
        return series.cast(pl.Float64).to_numpy()

    def text(self, name: str) -> list[str]:
        """A column as text, missing as an empty string; the source's own name will do.

        Raises
        ------
        UsageError
            E101 if there is no such column.
        """
        series = self.table[self.named(name)]
        return [label(value) for value in series.to_list()]

    def take(self, which: BoolArray | IntArray | Sequence[int]) -> Self:
        """The rows of a mask or of indices (which may repeat), in that order."""
        chosen = np.asarray(which)
        indices = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen.astype(np.int64)
        return replace(self, table=self.table[indices])

    def select(self, *where: str) -> Self:
        """The rows that meet every condition, such as ``dataset=c4`` or ``flops<1e21``.

        Raises
        ------
        DataError
            E218 if no row is left.
        """
        chosen = self
        for text in where:
            condition = parse_condition(text)
            column = chosen.named(condition.column)
            is_text = chosen.table[column].dtype == pl.String
            kept = chosen.table.filter(condition.expression(column, is_text=is_text))
            if kept.is_empty():
                raise DataError(
                    f"No row meets {text!r}.",
                    where=f"{self.provenance.source}, column '{column}'",
                    matters="nothing is left to work with.",
                    do=f"its values are: {_some_values(chosen.table[column])}.",
                    code="E218",
                )
            chosen = replace(chosen, table=kept).noted(
                f"kept {kept.height} of {len(chosen)} rows where {text}"
            )
        return chosen

    def groups(self, name: str) -> dict[str, Self]:
        """The rows split by the values of a column, keys sorted."""
        labels = np.asarray(self.text(name))
        return {str(label): self.take(labels == label) for label in np.unique(labels)}

    def noted(self, *conversions: str) -> Self:
        """The same table with sentences added to the history."""
        history = self.provenance.conversions + conversions
        return replace(self, provenance=replace(self.provenance, conversions=history))

    def to_csv(self, path: str | Path) -> Path:
        """Write as CSV, whole or not at all; conventions become columns, which the reader knows."""
        return self._write(path, pl.DataFrame.write_csv)

    def to_parquet(self, path: str | Path) -> Path:
        """Write as Parquet; conventions as in :meth:`to_csv`."""
        return self._write(path, pl.DataFrame.write_parquet)

    def to_jsonl(self, path: str | Path) -> Path:
        """Write as JSON lines; conventions as in :meth:`to_csv`."""
        return self._write(path, pl.DataFrame.write_ndjson)

    def tables(self) -> dict[str, pl.DataFrame]:
        """The rows and the excluded rows, as data frames."""
        excluded = [item.to_dict() for item in self.provenance.exclusions]
        schema = {"row": pl.Int64} | dict.fromkeys(("run_id", "rule", "code", "reason"), pl.String)
        return {self.holds: self.table, "exclusions": pl.DataFrame(excluded, schema=schema)}

    def to_dict(self) -> dict[str, object]:
        """Everything as plain values: numbers that are not finite become None."""
        rows = [{k: _plain(v) for k, v in row.items()} for row in self.table.to_dicts()]
        return {
            "rows": len(self),
            "columns": self.columns,
            "digest": self.digest,
            "conventions": self.conventions.to_dict(),
            "provenance": self.provenance.to_dict(),
            self.holds: rows,
        }

    def to_json(self) -> str:
        """One complete JSON document."""
        return canonical_json(self.to_dict())

    def figures(self) -> Mapping[str, Drawing]:
        """Numbers of the figures these rows alone can fill; ``show.draw`` draws them."""
        return figures_of(self)

    def cite(self) -> tuple[Source, ...]:
        """The works behind the way compute was counted."""
        key = FORMULA_SOURCES.get(self.conventions.flops)
        return cite_all([key] if key else [])

    def card(self, counted: str) -> str:
        """Three lines: how many rows of what, their spans, their conventions."""
        spans = [self._span(name) for name in ("params", "tokens", "flops", "loss")]
        known, history = self.conventions, self.provenance
        return "\n".join(
            (
                f"{type(self).__name__}: {len(self)} {counted}, "
                f"{len(history.exclusions)} excluded, from {history.source}",
                "  " + (", ".join(span for span in spans if span) or ", ".join(self.columns[:6])),
                f"  params {known.params}, flops {known.flops}, loss {known.loss}, "
                f"sha256 {self.digest[:12]}",
            )
        )

    def _ratio(self, name: str) -> tuple[str, str] | None:
        pair = RATIOS.get(column_of(name))
        known = pair is not None and all(part in self.columns for part in pair)
        return pair if known and column_of(name) not in self.columns else None

    def named(self, name: str) -> str:
        """The column meant by a canonical name, a law symbol or the source's own name.

        Raises
        ------
        UsageError
            E101 if there is none.
        """
        foreign = {theirs: ours for ours, theirs in self.provenance.mapping.items()}
        candidates = (name, column_of(name), foreign.get(name, name))
        found = next((item for item in candidates if item in self.table.columns), None)
        if found is None:
            raise unknown_name("column", name, [*self.columns, *foreign], "isoflop read FILE")
        return found

    def _series(self, column: str) -> pl.Series:
        if column in self.table.columns:
            return self.table[column]
        raise DataError(
            f"The table has no column '{column}'.",
            where=f"{self.provenance.source} has: {', '.join(self.columns)}",
            matters="it is needed here.",
            do=self._where_else(column),
            code="E216",
        )

    def _where_else(self, column: str) -> str:
        """What to do about a column that is missing: it may have been set aside as doubtful."""
        doubts = [note.text for note in self.provenance.notes if note.code == "W126"]
        aside = next((text for text in doubts if f"{column}=" in text), None)
        named = f"if it is there under another name, pass --map {column}=THEIR_NAME."
        return named if aside is None else f"say what it is; it was {aside}."

    def _span(self, name: str) -> str:
        series = self.table[name] if name in self.table.columns else pl.Series([None])
        if series.null_count() == len(series):
            return ""
        low, high = (float(str(edge)) for edge in (series.min(), series.max()))
        if quantity(name).kind == "count":
            return f"{name} {format_count(low)} to {format_count(high)}"
        return f"{name} {low:.4g} to {high:.4g}"

    def _write(self, path: str | Path, writer: Callable[[pl.DataFrame, io.BytesIO], Any]) -> Path:
        # Any: the three polars writers return different things, none of which is used.
        buffer = io.BytesIO()
        counted = {
            name: pl.lit(value)
            for name, value in self.conventions.columns.items()
            if name not in self.table.columns
        }
        writer(self.table.drop(ROW).with_columns(**counted), buffer)
        return write_atomic(path, buffer.getvalue())


def name_rows(rows: Sequence[int]) -> str:
    """Rows for a message: "rows 3, 8, 9 and 4 more"."""
    named = ", ".join(str(row) for row in rows[:_ROWS_NAMED])
    more = f" and {len(rows) - _ROWS_NAMED} more" if len(rows) > _ROWS_NAMED else ""
    return f"row{'s' if len(rows) > 1 else ''} {named}{more}"


def _plain(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _some_values(series: pl.Series) -> str:
    distinct = series.drop_nulls().unique().sort().head(_ROWS_NAMED)
    return ", ".join(label(value) for value in distinct.to_list()) or "none"
