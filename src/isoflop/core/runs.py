"""The run table: one row per training run, with what its columns count and where they came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from isoflop.core.digest import table_digest
from isoflop.core.recount import ShapeValue, recount
from isoflop.core.table import ROW, EvidenceTable, name_rows

if TYPE_CHECKING:
    from isoflop.core.conventions import FlopFormula, ParameterCount

__all__ = ["ROW", "Runs", "name_rows", "table_digest"]


@dataclass(frozen=True, repr=False)
class Runs(EvidenceTable):
    """An immutable table of training runs, each in its final state."""

    holds: ClassVar[str] = "runs"

    def recount(
        self,
        params: ParameterCount | None = None,
        *,
        flops: FlopFormula | None = None,
        **shape: ShapeValue,
    ) -> Runs:
        """The same runs with sizes or compute counted another way.

        Parameters
        ----------
        params : what ``params`` is to count: ``total``, ``tied`` or ``non_embedding``.
        flops : formula of ``core.flops`` for the column flops; 6ND needs no shape.
        shape : where the table has no such column: a number for all runs, or the name of a column,
            as in ``vocab=32_000, width="d_model"``; see ``core.recount`` for the names.

        Raises
        ------
        UsageError
            E101 for an unknown formula or shape, E344 if the new count cannot be had.
        ConventionError
            E344 if it is not known what params count now, E345 if runs lack a part of the shape.

        Example
        -------
        ``runs.recount("total", vocab=32_000, width="d_model")``
        """
        return recount(self, params, flops, shape)

    def __repr__(self) -> str:
        return self.card("runs")
