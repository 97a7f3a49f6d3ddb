"""Applies what the user declares: what N counts and which unit the loss has."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl

from isoflop.core.conventions import LossUnit, ParameterCount, to_nats
from isoflop.core.errors import ConventionError
from isoflop.core.explain import Finding
from isoflop.core.runs import Runs

_COUNTED_IN: dict[ParameterCount, str] = {
    "non_embedding": "params_non_embedding",
    "active": "params_active",
}
_HIGH = (1.32, 1.60)  # around 1/ln 2 = 1.44; assumption
_BYTE_VOCABULARIES = {256, 257}  # bytes, with or without an end of document
_END_TOKENS = 0.05  # ends of documents are tokens and no bytes; assumption: fewer than one in 20
_LOW = 0.6  # tokens hold three to five bytes, so bits per byte are far lower; assumption


def declare_params(runs: Runs, counts: ParameterCount) -> Runs:
    """Column ``params`` holds the count that was declared, or the only one there is."""
    stated = runs.conventions.params
    if stated != "unknown" and counts in ("unknown", stated):
        return runs
    if stated != "unknown" and _COUNTED_IN.get(counts) not in runs.columns:
        raise _contradiction(runs, "params", stated, counts)
    declared = replace(runs, conventions=replace(runs.conventions, params=counts))
    column = _COUNTED_IN.get(counts)
    if column in runs.columns and column is not None:
        kept = {"params_other": pl.col("params")} if "params" in runs.columns else {}
        table = runs.table.with_columns(**kept, params=pl.col(column))
        return replace(declared, table=table).noted(f"params is {column}, as declared")
    if "params" in runs.columns or counts != "unknown":
        return declared
    for counted, only in _COUNTED_IN.items():
        if only in runs.columns:
            table = runs.table.with_columns(params=pl.col(only))
            known = replace(runs.conventions, params=counted)
            return replace(runs, table=table, conventions=known).noted(
                f"params is {only}, the only size in the table"
            )
    return declared


def declare_loss(runs: Runs, unit: LossUnit, *, tokens_per_byte: float | None) -> Runs:
    """Losses in nat/token where that can be had; bit/byte without tokens per byte stays so."""
    stated = runs.conventions.loss
    if stated != "unknown" and unit not in ("unknown", stated):
        raise _contradiction(runs, "loss", stated, unit)
    unit = stated if unit == "unknown" else unit
    if "loss" not in runs.columns and "bits_per_byte" in runs.columns:
        table = runs.table.with_columns(loss=pl.col("bits_per_byte"))
        copied = replace(runs, table=table).noted("loss is bits_per_byte, the only loss there is")
        return declare_loss(copied, "bit/byte", tokens_per_byte=tokens_per_byte)
    if unit in ("unknown", "nat/token"):
        return replace(runs, conventions=replace(runs.conventions, loss=unit))
    if unit == "bit/byte" and tokens_per_byte is None:
        known = replace(runs.conventions, loss=unit)
        text = "losses stay in bit/byte: without --tokens-per-byte they are not nat/token"
        return _with_note(replace(runs, conventions=known), Finding("W122", text))
    factor = float(to_nats(np.ones(1), unit, tokens_per_byte=tokens_per_byte)[0])
    losses = [name for name in runs.columns if name == "loss" or name.startswith("loss/")]
    table = runs.table.with_columns(pl.col(name) * factor for name in losses)
    known = replace(runs.conventions, loss="nat/token")
    return replace(runs, table=table, conventions=known).noted(
        f"loss converted from {unit} to nat/token (times {factor:.6g})"
    )


def _contradiction(runs: Runs, name: str, stated: str, declared: str) -> ConventionError:
    option = {"params": "--params", "loss": "--loss-unit"}[name]
    return ConventionError(
        f"The table says its {name} are counted as {stated}, you said {declared}.",
        where=f"{runs.provenance.source}, column '{name}_convention'; {option} {declared}",
        matters="values would be converted twice, or compared with the wrong law.",
        do=f"leave {option} out; if the table is wrong, leave its column out: "
        f"--map {name}_convention=",
        code="E343",
    )


def judge_declarations(runs: Runs) -> Runs:
    """Adds one finding on what was left undeclared, and one if the magnitudes contradict it."""
    known = runs.conventions
    silent = []
    if known.params == "unknown" and "params" in runs.columns:
        silent.append("what N counts (--params total|tied|non_embedding|active)")
    if known.loss == "unknown" and "loss" in runs.columns:
        silent.append("the unit of the loss (--loss-unit; treated as nat/token)")
    noted = runs
    if silent:
        noted = _with_note(runs, Finding("W120", f"not declared: {', '.join(silent)}"))
    if known.loss != "unknown" or not {"params", "tokens", "loss"} <= set(runs.columns):
        return noted
    if _tokens_are_bytes(runs.table):
        return noted
    doubt = _doubt_unit(_ratio_to_published(runs.table))
    return noted if doubt is None else _with_note(noted, doubt)


def _tokens_are_bytes(table: pl.DataFrame) -> bool:
    """True if the table shows that a token is a byte: its losses are no riddle then."""
    if "vocab" in table.columns and table["vocab"].dtype.is_numeric():
        seen = set(table["vocab"].drop_nulls().to_list())
        if seen and seen <= _BYTE_VOCABULARIES:
            return True
    if "bits_per_byte" not in table.columns:
        return False
    share = table.select((pl.col("bits_per_byte") * math.log(2) / pl.col("loss")).median()).item()
    return share is not None and abs(share - 1.0) < _END_TOKENS


def _ratio_to_published(table: pl.DataFrame) -> float:
    """Median of loss over what the Chinchilla law says. Source: besiroglu2024, approach 3."""
    size, tokens, loss = (pl.col(name) for name in ("params", "tokens", "loss"))
    expected = 1.8172 + 482.01 * size ** (-0.3478) + 2085.43 * tokens ** (-0.3658)
    ratio = table.drop_nulls(["params", "tokens", "loss"]).select((loss / expected).median())
    return float(ratio.item() if ratio.item() is not None else math.nan)


def _doubt_unit(ratio: float) -> Finding | None:
    beside = f"(the median is {ratio:.2f} times what web text at this scale gives in nat/token)"
    if _HIGH[0] < ratio < _HIGH[1]:
        text = f"losses may be bit/token {beside}; nothing was converted, declare --loss-unit"
        return Finding("W112", text)
    if ratio < _LOW:
        text = f"losses may be bit/byte, or the text easy {beside}; declare --loss-unit"
        return Finding("W121", text)
    return None


def _with_note(runs: Runs, finding: Finding) -> Runs:
    history = replace(runs.provenance, notes=(*runs.provenance.notes, finding))
    return replace(runs, provenance=history)
