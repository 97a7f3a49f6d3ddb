"""Model sizes of a design: from width and depth, or the nearest shape to a number of parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from isoflop.core.conventions import FlopFormula
from isoflop.core.flops import Shape, flops_per_token, params_non_embedding, params_total
from isoflop.measure.design.table import Table

HEAD_WIDTH = 16  # assumption: at least two heads from width 32 on
ASPECT = 32.0  # width per layer; pearce2024 finds about 40 in practice
_WIDEST, _DEEPEST = 16_384, 256
SIZE_KEYS: Mapping[str, str] = {
    "sizes": "models: [[width, depth], ...] or tables {width, depth, heads, seed, lr ...}",
    "params": "models by total parameters: ['50K', '1M'] or a range; the nearest shape is taken",
    "head_width": "width of an attention head of models chosen by params or without heads",
    "aspect": "width per layer of models chosen by params",
}


@dataclass(frozen=True)
class Counts:
    """What a model holds and costs: parameters, and training FLOP per token."""

    params: float
    params_non_embedding: float
    params_active: float
    flops_per_token: float


@dataclass(frozen=True)
class Size:
    """One model: its settings (width, depth, heads, and any of this size alone), its counts."""

    settings: Mapping[str, Any]  # Any: values of a TOML file
    width: int
    depth: int
    counts: Counts

    @property
    def params(self) -> float:
        """Every stored weight of the matrices."""
        return self.counts.params

    @property
    def flops_per_token(self) -> float:
        """Training FLOP a token."""
        return self.counts.flops_per_token


Counter: TypeAlias = Callable[[Mapping[str, Any]], Counts]  # Any: values of a TOML file


@dataclass(frozen=True)
class Base:
    """What all runs of a sweep share.

    Parameters
    ----------
    settings : common settings, defaults of the trainer included.
    count : (all settings of a model) -> its counts.
    table : the section they come from, for messages.
    domains : {domain: tokens} of the data, where known.
    """

    settings: Mapping[str, Any]  # Any: values of a TOML file
    count: Counter
    table: Table
    domains: Mapping[str, float] = field(default_factory=dict)

    def number(self, name: str, changes: Mapping[str, Any] | None = None) -> int:
        """A whole number that sizes and lengths need: vocab, seq_len, batch.

        Raises
        ------
        UsageError
            E432 if it is not given.
        """
        value = (changes or {}).get(name, self.settings.get(name))
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 1:
            raise self.table.missing(name, f"{name} = 64")
        return int(value)

    def tokens_per_step(self, changes: Mapping[str, Any]) -> int:
        """Tokens of one optimiser step."""
        return self.number("batch", changes) * self.number("seq_len", changes)


def read_sizes(table: Table, base: Base) -> list[Size]:
    """The models a design names, in its order, each shape once.

    Raises
    ------
    UsageError
        E432 for what is no size.
    """
    if table.has("sizes") == table.has("params"):
        if "width" in base.settings and "depth" in base.settings and not table.has("sizes"):
            return [size_of({}, table, base)]
        raise table.missing("sizes (or params, one of the two)", "sizes = [[32, 2], [64, 3]]")
    if table.has("params"):
        return [nearest_size(target, table, base) for target in table.numbers("params", low=1)]
    listed = table.values["sizes"]
    if not isinstance(listed, list) or not listed:
        raise table.wrong("sizes", "is no list of sizes", "write sizes = [[32, 2], [64, 3]]")
    return [size_of(_size_settings(item, table), table, base) for item in listed]


def size_of(given: Mapping[str, Any], table: Table, base: Base) -> Size:
    """The size of a model from its own settings on top of the common ones."""
    own = dict(given)
    width, depth = base.number("width", own), base.number("depth", own)
    if "heads" not in own and "heads" not in base.settings:
        own["heads"] = max(1, width // table.integer("head_width", HEAD_WIDTH, low=2))
    merged = {**base.settings, **own}
    if width % int(merged["heads"]):
        raise table.wrong(
            "sizes" if table.has("sizes") else "params",
            f"has width {width}, no multiple of {merged['heads']} heads",
            "give heads with the size, or head_width",
        )
    needed = {name: base.number(name, own) for name in ("vocab", "seq_len")}
    return Size(own, width, depth, base.count(merged | needed))


def count_dense(formula: FlopFormula) -> Counter:
    """Counts a dense decoder whose settings say width, depth, heads, vocab and seq_len."""

    def count(settings: Mapping[str, Any]) -> Counts:
        shape = Shape(
            n_layer=int(settings["depth"]),
            d=int(settings["width"]),
            vocab=int(settings["vocab"]),
            seq_len=int(settings["seq_len"]),
            n_head=int(settings["heads"]),
            d_ff=settings.get("d_ff") or None,
            gated=bool(settings.get("gated", False)),
            tied=bool(settings.get("tied", True)),
        )
        total = float(params_total(shape))
        return Counts(
            total, float(params_non_embedding(shape)), total, float(flops_per_token(shape, formula))
        )

    return count


def nearest_size(target: float, table: Table, base: Base) -> Size:
    """The shape nearest to a number of parameters, not far from the aspect asked for.

    A factor of 1.22 in the aspect counts as much as one of 1.02 in the parameters (assumption).
    """
    head = table.integer("head_width", HEAD_WIDTH, low=2)
    aspect = table.number("aspect", ASPECT, low=1.0)
    best: tuple[float, Size] | None = None
    for depth in range(1, _DEEPEST + 1):
        size = _size_at_depth(target, depth, head, table, base)
        width = size.width
        misfit = abs(math.log(size.params / target)) + 0.1 * abs(math.log(width / depth / aspect))
        if best is None or misfit < best[0]:
            best = misfit, size
        if width == head:
            break
    assert best is not None
    return best[1]


def _size_at_depth(target: float, depth: int, head: int, table: Table, base: Base) -> Size:
    """The width, a multiple of the head's, whose parameters are nearest to the target."""

    def at(heads: int) -> Size:
        return size_of({"width": heads * head, "depth": depth, "heads": heads}, table, base)

    low, high = 1, _WIDEST // head
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if at(middle).params <= target else (low, middle)
    return min(at(low), at(high), key=lambda size: abs(math.log(size.params / target)))


def _size_settings(item: object, table: Table) -> dict[str, Any]:  # Any: TOML values
    if isinstance(item, list) and len(item) == 2:
        item = {"width": item[0], "depth": item[1]}
    numbers = isinstance(item, dict) and all(
        isinstance(item.get(key, 1), int)
        and not isinstance(item.get(key, 1), bool)
        and item.get(key, 1) >= 1
        for key in ("width", "depth", "heads", "d_ff", "batch", "seq_len")
    )
    if not isinstance(item, dict) or not numbers:
        raise table.wrong(
            "sizes",
            f"holds {item!r}, which is no size",
            "write [width, depth] or {width = 32, depth = 2}",
        )
    return dict(item)
