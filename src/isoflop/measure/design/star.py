"""Star: one centre, and along each factor alone a few values; what each does, at least cost."""

from __future__ import annotations

from typing import Any

from isoflop.measure.design.design import Design, Wish
from isoflop.measure.design.sizes import Base, size_of
from isoflop.measure.design.table import Table

_SHAPE = ("width", "depth", "heads", "d_ff")


def _wishes(table: Table, base: Base) -> list[Wish]:
    centre = dict(table.part("centre").values)
    arms = table.part("arms")
    if not arms.values:
        raise table.missing("arms", "arms = { lr = [1e-3, 4e-3], batch = [8, 32] }")
    points = [centre]
    for factor in arms.values:
        for value in arm_values(arms, factor):
            points.append(centre | {factor: value})
    return [_wish(point, table, base) for point in points]


def arm_values(arms: Table, factor: str) -> list[Any]:  # Any: values of a TOML file
    """The values of one factor: a list as it stands, or a range."""
    value = arms.values[factor]
    if isinstance(value, list) and value and not isinstance(value[0], int | float):
        return list(value)
    found = arms.numbers(factor, positive=False)
    whole = all(item == int(item) for item in found) and not isinstance(value, dict)
    return [int(item) for item in found] if whole else found


def _wish(point: dict[str, Any], table: Table, base: Base) -> Wish:  # Any: TOML values
    counted = Table(f"{table.name}.centre", point, table.source, table.text)
    tokens = counted.number("tokens", low=1.0) if "tokens" in point else None
    own = {key: value for key, value in point.items() if key in _SHAPE}
    rest = {k: v for k, v in point.items() if k not in own and k != "tokens"}
    has_shape = "width" in own or "width" in base.settings
    return Wish(size_of(own, table, base) if has_shape else None, tokens, rest)


DESIGN = Design(
    name="star",
    about="A centre, and along each factor alone a few values.",
    keys={
        "centre": "{ width = 64, depth = 2, tokens = '1M', lr = 3e-3, ... }",
        "arms": "{ lr = [1e-3, 1e-2], batch = { from = 4, to = 64, factor = 2 } }",
        "head_width": "width of an attention head where heads are not given",
    },
    wishes=_wishes,
    example=(
        "centre = { width = 32, depth = 2, tokens = 100000, lr = 0.003 }\n"
        "arms = { lr = [0.001, 0.01], width = [16, 64], tokens = ['50K', '200K'] }"
    ),
)
