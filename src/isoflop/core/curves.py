"""The table of training curves: one row per logged step of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import polars as pl

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.curve_values import between, window_mean
from isoflop.core.errors import DataError, UsageError, unknown_name
from isoflop.core.provenance import Exclusion
from isoflop.core.quantities import format_count
from isoflop.core.runs import Runs
from isoflop.core.table import ROW, EvidenceTable, name_rows

WINDOW = 0.05  # share of the step to either side, porian2024
_ORDER = ("step", "tokens")
_SMOOTHED = "loss/"


@dataclass(frozen=True, repr=False)
class Curves(EvidenceTable):
    """An immutable table of logged steps; the steps of each run rise from row to row.

    Raises
    ------
    DataError
        E340 if a run or its step is not named, E341 if the steps of a run do not rise.
    """

    holds: ClassVar[str] = "steps"

    def __post_init__(self) -> None:
        absent = [name for name in ("run_id",) if name not in self.columns]
        if self.order is None:
            absent.append("step")
        empty = [] if absent else self._unnamed()
        if absent or empty:
            where = name_rows(empty) if empty else f"it has: {', '.join(self.columns)}"
            raise DataError(
                f"The table does not say which {' and '.join(absent) or 'run and step'} "
                f"{'these rows are' if empty else 'a row is'}.",
                where=f"{self.provenance.source}, {where}",
                matters="rows of different runs would be taken for one curve.",
                do="name the columns: --map run_id=COLUMN, --map step=COLUMN (or tokens).",
                code="E340",
            )
        self._refuse_disorder()

    @property
    def order(self) -> str | None:
        """The column that orders the rows of a run: step, else tokens."""
        return next((name for name in _ORDER if name in self.columns), None)

    @property
    def run_ids(self) -> list[str]:
        """Names of the runs, in order of their first row."""
        return [str(name) for name in self.table["run_id"].unique(maintain_order=True)]

    def of(self, run_id: str) -> Curves:
        """The curve of one run.

        Raises
        ------
        UsageError
            E101 if there is no such run; the nearest are suggested.
        """
        if run_id not in self.run_ids:
            raise unknown_name("run", run_id, self.run_ids, "isoflop read FILE --curves --json")
        return replace(self, table=self.table.filter(pl.col("run_id") == run_id))

    def final(self) -> Runs:
        """The last logged step of each run, as a table of runs."""
        last = self.table.group_by("run_id", maintain_order=True).last()
        table = last.select(self.table.columns)
        return Runs(table, self.conventions, self.provenance).noted(
            f"the last of the logged steps of each run: {len(last)} of {len(self)} rows"
        )

    def at_tokens(self, *tokens: float) -> Runs:
        """Every run as it stood at these token counts: one row per run and count.

        Between two logged steps counts (steps, FLOP) are interpolated in tokens and other numbers
        (losses) in log tokens, in which a power law is straight; text is that of the step before.
        A count outside what a run logged gives no row: it is left out by name, never extrapolated.

        Raises
        ------
        UsageError
            E342 if no count is given or one is not positive.
        DataError
            E216 if there are no tokens, E342 if no run reaches any count.
        """
        wanted = sorted({float(count) for count in tokens})
        if not wanted or not (np.isfinite(wanted).all() and wanted[0] > 0):
            raise _no_state(self, "Token counts must be positive numbers.", UsageError)
        seen = self.values("tokens")
        if not (seen > 0).all():
            raise _no_state(self, "Some rows have no positive token count.", DataError)
        runs = self._rows_of_runs()
        if any((np.diff(seen[rows]) <= 0).any() for rows in runs):
            raise _no_state(self, "The tokens of some run do not rise with its steps.", DataError)
        parts = [self._run_at(rows, seen, wanted) for rows in runs]
        table = pl.concat([part for part, _ in parts])
        skipped = tuple(item for _, items in parts for item in items)
        if table.is_empty():
            raise _no_state(self, "No run logged any of these token counts.", DataError)
        history = replace(self.provenance, exclusions=(*self.provenance.exclusions, *skipped))
        counts = ", ".join(map(format_count, wanted))
        return Runs(table, self.conventions, history).noted(
            f"state at {counts} tokens, interpolated between logged steps"
        )

    def smoothed(self, window: float = WINDOW) -> Curves:
        """The same curves with losses averaged over the steps around each one.

        The mean is over the rows of the run whose step lies within ``window`` of this step, as a
        share of it; at the ends of a curve the window is one-sided.

        Raises
        ------
        UsageError
            E342 unless the window lies between 0 and 1.

        Source
        ------
        porian2024: training losses smoothed with a window of +-5% of the step index.
        """
        if not 0.0 < window < 1.0:
            raise _no_state(self, f"The window {window:g} is not between 0 and 1.", UsageError)
        losses = [n for n in self.columns if n == "loss" or n.startswith(_SMOOTHED)]
        position = self.values(str(self.order))
        values = {name: self.table[name].cast(pl.Float64).to_numpy().copy() for name in losses}
        for rows in self._rows_of_runs():  # one by one, because windows end where a run ends
            for name in losses:
                values[name][rows] = window_mean(position[rows], values[name][rows], window)
        table = self.table.with_columns(
            pl.Series(name, cells).fill_nan(None) for name, cells in values.items()
        )
        return replace(self, table=table).noted(
            f"{', '.join(losses)} averaged within {window:.3g} of each {self.order}"
        )

    def __repr__(self) -> str:
        n = len(self.run_ids)
        return self.card(f"steps of {n} run{'s' if n > 1 else ''}")

    def _rows_of_runs(self) -> list[IntArray]:
        """Indices of the rows of each run, in order of the first row."""
        indexed = self.table.select("run_id").with_row_index("index")
        groups = indexed.group_by("run_id", maintain_order=True).agg(pl.col("index"))
        return [np.asarray(rows, dtype=np.int64) for rows in groups["index"].to_list()]

    def _unnamed(self) -> list[int]:
        order = str(self.order)
        empty = pl.col("run_id").is_null() | pl.col(order).is_null() | ~pl.col(order).is_finite()
        numeric = self.table.with_columns(pl.col(order).cast(pl.Float64))
        return numeric.filter(empty)[ROW].to_list()

    def _refuse_disorder(self) -> None:
        order = str(self.order)
        step = pl.col(order).cast(pl.Float64)
        before, row_before = (item.shift(1).over("run_id") for item in (step, pl.col(ROW)))
        wrong = self.table.with_columns(before.alias("_before"), row_before.alias("_row")).filter(
            step <= pl.col("_before")
        )
        if wrong.is_empty():
            return
        first = wrong.row(0, named=True)
        same = first[order] == first["_before"]
        raise DataError(
            f"The {order} of run '{first['run_id']}' {'repeats' if same else 'falls'}: "
            f"{first['_before']:g} in row {first['_row']}, {first[order]:g} in row {first[ROW]}.",
            where=f"{self.provenance.source}, {name_rows(wrong[ROW].to_list())}",
            matters="a curve has one value at each step; two runs or a restart look like this.",
            do="give each run a name of its own (--map run_id=COLUMN); after a restart, "
            "--drop duplicate keeps the later of rows with the same step.",
            code="E341",
        )

    def _run_at(
        self, rows: IntArray, seen: FloatArray, wanted: Sequence[float]
    ) -> tuple[pl.DataFrame, list[Exclusion]]:
        """One run at each count it logged, and an exclusion for each it did not."""
        own = seen[rows]
        inside = [count for count in wanted if own[0] <= count <= own[-1]]
        name, last = self.table["run_id"][int(rows[0])], int(self.rows[rows[-1]])
        reason = f"logged {format_count(own[0])} to {format_count(own[-1])} tokens"
        skipped = [
            Exclusion(last, name, "at_tokens", "W341", f"{reason}, not {format_count(count)}")
            for count in wanted
            if count not in inside
        ]
        before = np.clip(np.searchsorted(own, inside, side="right") - 1, 0, max(len(own) - 2, 0))
        after = np.minimum(before + 1, len(own) - 1)
        left, right = self.table[rows[before]], self.table[rows[after]]
        return between(left, right, np.array(inside)), skipped


def _no_state(
    curves: Curves, what: str, kind: type[UsageError] | type[DataError]
) -> UsageError | DataError:
    spans = ""
    if curves.has("tokens") and curves.table["tokens"].null_count() == 0:
        tokens = curves.values("tokens")
        spans = f": {format_count(float(tokens.min()))} to {format_count(float(tokens.max()))}"
    return kind(
        what,
        where=f"{curves.provenance.source}, tokens{spans}",
        matters="a curve says nothing outside of what was logged.",
        do="choose counts (or a window) inside; steps at tokens 0 can be left out with "
        "--where 'tokens>0'.",
        code="E342",
    )
