"""Explicit points, or one point varied: what the other designs do not say."""

from __future__ import annotations

from isoflop.measure.design.design import Design, Wish
from isoflop.measure.design.sizes import Base, size_of
from isoflop.measure.design.table import Table

_SHAPE = ("width", "depth", "heads", "d_ff")


def _wishes(table: Table, base: Base) -> list[Wish]:
    points = table.values.get("points", [{}])
    if not isinstance(points, list) or not all(isinstance(point, dict) for point in points):
        raise table.wrong("points", "is no list of tables", "write points = [{ lr = 1e-3 }]")
    return [_wish(dict(point), table, base) for point in points]


def _wish(point: dict[str, object], table: Table, base: Base) -> Wish:
    read = Table(f"{table.name}.points", point, table.source, table.text)
    tokens = read.number("tokens", low=1.0) if "tokens" in point else None
    own = {key: point[key] for key in _SHAPE if key in point}
    rest = {key: value for key, value in point.items() if key not in (*own, "tokens")}
    merged = {**base.settings, **own}
    if not {"width", "depth", "vocab", "seq_len"} <= set(merged):
        return Wish(None, tokens, rest | own)
    return Wish(size_of(own, table, base), tokens, rest)


DESIGN = Design(
    name="points",
    about="The points you list; with [design.vary] every combination of named values.",
    keys={
        "points": "[{ lr = 1e-3, steps = 100 }, ...]; one point without changes by default",
        "head_width": "width of an attention head where heads are not given",
    },
    wishes=_wishes,
    example="points = [{ width = 32, depth = 2, steps = 9 }, { width = 64, depth = 2, steps = 5 }]",
)
