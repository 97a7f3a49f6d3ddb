"""N x D grid: every size on every number of tokens, or on every number of tokens per parameter."""

from __future__ import annotations

from isoflop.measure.design.design import Design, Wish
from isoflop.measure.design.sizes import SIZE_KEYS, Base, read_sizes
from isoflop.measure.design.table import Table


def _wishes(table: Table, base: Base) -> list[Wish]:
    sizes = read_sizes(table, base)
    if table.has("tokens") == table.has("ratios"):
        raise table.missing("tokens (or ratios, one of the two)", "ratios = [5, 20, 80]")
    if table.has("tokens"):
        return [Wish(size, tokens) for size in sizes for tokens in table.numbers("tokens")]
    ratios = table.numbers("ratios")
    return [Wish(size, ratio * size.params) for size in sizes for ratio in ratios]


DESIGN = Design(
    name="grid",
    about="Every size on every number of tokens, or of tokens per parameter.",
    keys={
        **SIZE_KEYS,
        "tokens": "training tokens of a run: ['1M', '4M'] or a range",
        "ratios": "training tokens per parameter: [5, 20, 80] or a range",
    },
    wishes=_wishes,
    example="sizes = [[32, 2], [64, 3]]\nratios = [5, 20]",
    source=("hoffmann2022",),
)
