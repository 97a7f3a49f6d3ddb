"""Conventions that a table states itself: columns ``params_``, ``flops_`` and ``loss_convention``.

Exported runs carry them in every format, one value in all rows; read again they are conventions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

from isoflop.core.condition import parse_condition
from isoflop.core.conventions import FlopFormula, LossUnit, ParameterCount
from isoflop.core.errors import ConventionError
from isoflop.core.explain import Finding
from isoflop.core.runs import Runs

_LEGAL = {
    "params": get_args(ParameterCount),
    "flops": get_args(FlopFormula),
    "loss": get_args(LossUnit),
}


def conditions_on_stated(where: Sequence[str]) -> tuple[list[str], list[str]]:
    """Conditions on what a table states, which must hold before it is believed, and the others."""
    names = [f"{name}_convention" for name in _LEGAL]
    early = [text for text in where if parse_condition(text).column in names]
    return early, [text for text in where if text not in early]


def stated_conventions(runs: Runs) -> Runs:
    """The runs with stated conventions as theirs; a column that said one thing is taken out.

    Raises
    ------
    ConventionError
        E343 if rows state different counts of params or units of loss, or one that is not known.
    """
    for name in _LEGAL:
        column = f"{name}_convention"
        if column in runs.columns:
            runs = _stated(runs, name, column)
    return runs


def _stated(runs: Runs, name: str, column: str) -> Runs:
    values = [str(value) for value in runs.table[column].drop_nulls().unique().sort().to_list()]
    if not values:
        return replace(runs, table=runs.table.drop(column))
    if len(values) == 1 and values[0] in _LEGAL[name]:
        # Any: the value was found among the legal ones of this very field.
        change: dict[str, Any] = {name: values[0]}
        known = replace(runs.conventions, **change)
        taken = replace(runs, table=runs.table.drop(column), conventions=known)
        return taken.noted(f"the table states that {name} are counted as {values[0]}")
    if name != "flops":
        raise _cannot_use(runs, name, column, values)
    # FLOP counted in several ways, or in one of the user's own, are still reported numbers.
    known = replace(runs.conventions, flops="reported")
    text = f"flops are counted as: {', '.join(values[:5])}; laws in C would mix them"
    notes = (*runs.provenance.notes, Finding("W340", text)) if len(values) > 1 else ()
    history = replace(runs.provenance, notes=notes or runs.provenance.notes)
    return replace(runs, conventions=known, provenance=history)


def _cannot_use(runs: Runs, name: str, column: str, values: Sequence[str]) -> ConventionError:
    if len(values) > 1:
        what = f"The rows count {name} in {len(values)} ways: {', '.join(values[:5])}."
        do = f"read one kind at a time: --where {column}={values[0]}"
    else:
        what = f"The table says its {name} are counted as {values[0]!r}, which is not known."
        do = f"write one of {', '.join(_LEGAL[name])}, or leave the column out: --map {column}="
    return ConventionError(
        what,
        where=f"{runs.provenance.source}, column '{column}'",
        matters="numbers counted in different ways cannot share one law.",
        do=do,
        code="E343",
    )
