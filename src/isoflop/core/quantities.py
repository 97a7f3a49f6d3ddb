"""The quantities a run table may hold: symbol, column, meaning, unit, and how counts are written.

A count (parameters, tokens, FLOP) is a float64: ``6 * N * D`` overflows a 64-bit integer at real
scales. Suffixes K M B (or G) T P mean powers of 1000 and may be written in either case, because a
count is never a thousandth: ``125m`` is 125 million.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from isoflop.core.errors import DataError, unknown_name

Kind: TypeAlias = Literal["count", "number", "text"]


@dataclass(frozen=True)
class Quantity:
    """One canonical column of the run table.

    Parameters
    ----------
    symbol : the letter laws use for it, None if laws do not use it.
    column : name in the table.
    name : words for axes and messages.
    unit : "1" if it has none.
    kind : "count" accepts 7B, "number" any finite real, "text" anything.
    """

    symbol: str | None
    column: str
    name: str
    unit: str
    kind: Kind = "count"


QUANTITIES: tuple[Quantity, ...] = (
    Quantity(None, "run_id", "run", "1", "text"),
    Quantity(None, "family", "model family", "1", "text"),
    Quantity(None, "recipe", "training recipe", "1", "text"),
    Quantity(None, "dataset", "data set", "1", "text"),
    Quantity(None, "seed", "seed", "1", "number"),
    Quantity("N", "params", "model size", "parameters"),
    Quantity("N_ne", "params_non_embedding", "model size without embeddings", "parameters"),
    Quantity("N_active", "params_active", "active model size", "parameters"),
    Quantity(None, "params_convention", "what params count", "1", "text"),
    Quantity("D", "tokens", "training tokens", "tokens"),
    Quantity("U", "tokens_unique", "unique training tokens", "tokens"),
    Quantity("epochs", "epochs", "passes over the data", "1", "number"),
    Quantity("C", "flops", "training compute", "FLOP"),
    Quantity(None, "flops_convention", "how compute was counted", "1", "text"),
    Quantity("B", "batch_tokens", "batch size", "tokens"),
    Quantity("s", "seq_len", "context length", "tokens"),
    Quantity("S", "steps", "optimiser steps", "1"),
    Quantity(None, "step", "step of this row", "1"),
    Quantity("lr", "lr", "peak learning rate", "1", "number"),
    Quantity(None, "schedule", "learning-rate schedule", "1", "text"),
    Quantity(None, "warmup_steps", "warm-up steps", "1"),
    Quantity(None, "decay_fraction", "decay share of the schedule", "1", "number"),
    Quantity(None, "weight_decay", "weight decay", "1", "number"),
    Quantity(None, "optimizer", "optimiser", "1", "text"),
    Quantity(None, "beta2", "Adam beta2", "1", "number"),
    Quantity("d", "width", "model width", "1"),
    Quantity("n_layer", "depth", "layers", "1"),
    Quantity(None, "heads", "attention heads", "1"),
    Quantity(None, "d_ff", "feed-forward width", "1"),
    Quantity("V", "vocab", "vocabulary", "1"),
    Quantity(None, "experts", "experts", "1"),
    Quantity(None, "experts_active", "active experts", "1"),
    Quantity(None, "sparsity", "sparsity", "1", "number"),
    Quantity("L", "loss", "loss", "nat/token", "number"),
    Quantity(None, "loss_convention", "unit the loss is in", "1", "text"),
    Quantity(None, "bits_per_byte", "loss per byte", "bit/byte", "number"),
    Quantity(None, "status", "how the run ended", "1", "text"),
    Quantity(None, "wall_seconds", "wall time", "s", "number"),
    Quantity(None, "device", "device", "1", "text"),
    Quantity(None, "n_devices", "devices", "1"),
    Quantity(None, "cost_usd", "cost", "USD", "number"),
)

DOMAIN_FAMILIES: dict[str, Quantity] = {
    "loss/": Quantity(None, "loss/", "loss on", "nat/token", "number"),
    "score/": Quantity(None, "score/", "score on", "1", "number"),
    "floor/": Quantity(None, "floor/", "chance level of", "1", "number"),
    "share/": Quantity(None, "share/", "mixture share of", "1", "number"),
}

RATIOS: dict[str, tuple[str, str]] = {
    "M": ("tokens", "params"),
    "epochs": ("tokens", "tokens_unique"),
    "steps": ("tokens", "batch_tokens"),
}
"""Inputs that follow from two columns by definition: numerator, denominator."""

_BY_COLUMN = {item.column: item for item in QUANTITIES}
_BY_SYMBOL = {item.symbol: item for item in QUANTITIES if item.symbol}
TOKENS_PER_PARAMETER = Quantity("M", "M", "tokens per parameter", "tokens/parameter", "number")

_SUFFIX = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "G": 1e9, "T": 1e12, "P": 1e15}
_COUNT = re.compile(
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d[\d_]*(?:\.\d*)?|\.\d+)"
    r"(?P<exponent>[eE][+-]?\d+)?\s*(?P<suffix>[KkMmBbGgTtPp]?)"
)


def quantity(name: str) -> Quantity:
    """The quantity behind a canonical column or a law symbol.

    Raises
    ------
    UsageError
        If there is none of this name; the nearest is suggested.

    Example
    -------
    >>> quantity("N").column
    'params'
    """
    if name == "M":
        return TOKENS_PER_PARAMETER
    found = _BY_COLUMN.get(name) or _BY_SYMBOL.get(name)
    if found is not None:
        return found
    for prefix, family in DOMAIN_FAMILIES.items():
        if name.startswith(prefix) and len(name) > len(prefix):
            words = f"{family.name} {name.removeprefix(prefix)}"
            return Quantity(None, name, words, family.unit, family.kind)
    known = [*_BY_COLUMN, *_BY_SYMBOL, "M", *(f"{prefix}NAME" for prefix in DOMAIN_FAMILIES)]
    raise unknown_name("quantity", name, known, "isoflop read --help")


def is_canonical(column: str) -> bool:
    """True if the name is a column of the run table (a symbol is not)."""
    return column in _BY_COLUMN or any(
        column.startswith(prefix) and len(column) > len(prefix) for prefix in DOMAIN_FAMILIES
    )


def column_of(name: str) -> str:
    """The column behind a law symbol; any other name is returned as it is."""
    found = _BY_SYMBOL.get(name)
    return found.column if found is not None else name


def parse_count(value: str | float) -> float:
    """A count written the way people write them: 7B, 1e21, 2.6T, 1_000, 1,000, 7e9.

    Raises
    ------
    DataError
        E214 if it is not a number, E215 if it is negative or beyond float64.

    Example
    -------
    >>> parse_count("2.6T")
    2600000000000.0
    """
    if isinstance(value, str):
        text = value.strip()
        negative = text.startswith("-")
        match = _COUNT.fullmatch(text.removeprefix("-") if negative else text.removeprefix("+"))
        if match is None:
            raise _not_a_count(value)
        digits = match["digits"].replace(",", "").replace("_", "")
        number = float(digits + (match["exponent"] or "")) * _SUFFIX[match["suffix"].upper()]
        number = -number if negative else number
    else:
        number = float(value)
        if math.isnan(number):
            raise _not_a_count(value)
    if number < 0 or math.isinf(number):
        raise DataError(
            f"The count {value!r} is {'negative' if number < 0 else 'too large'}.",
            matters="counts are zero or more; an integer product that overflowed looks like this.",
            do="write the count as a float such as 1e21.",
            code="E215",
        )
    return number


def format_count(value: float, *, digits: int = 3) -> str:
    """A count in few characters: 7B, 1.4T, 1e21.

    From 1e15 on the scientific form is used, as the field writes FLOP.

    Example
    -------
    >>> format_count(7e9)
    '7B'
    """
    if not math.isfinite(value) or value == 0:
        return f"{value:g}"
    rounded = float(f"{value:.{digits - 1}e}")
    if rounded >= 1e15:
        mantissa, exponent = f"{rounded:.{digits - 1}e}".split("e")
        short = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{short}e{int(exponent)}"
    for suffix in ("T", "B", "M", "K"):
        if rounded >= _SUFFIX[suffix]:
            return f"{rounded / _SUFFIX[suffix]:.{digits}g}{suffix}"
    return f"{rounded:.{digits}g}"


def _not_a_count(value: object) -> DataError:
    return DataError(
        f"{value!r} is not a count.",
        matters="sizes, tokens and FLOP must be numbers.",
        do="write it as 7B, 1e21, 2.6T, 1_000 or 1,000 (suffixes K M B T P, either case).",
        code="E214",
    )
