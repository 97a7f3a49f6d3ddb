"""Learning rate x batch grid: every pair at each size and horizon, at equal tokens."""

from __future__ import annotations

from isoflop.measure.design.design import Design, Wish
from isoflop.measure.design.sizes import SIZE_KEYS, Base, read_sizes
from isoflop.measure.design.table import Table


def _wishes(table: Table, base: Base) -> list[Wish]:
    rates, batches = table.numbers("lr"), table.integers("batch", low=1)
    if table.has("tokens") == table.has("ratios"):
        raise table.missing("tokens (or ratios, one of the two)", "tokens = ['1M', '4M']")
    key = "tokens" if table.has("tokens") else "ratios"
    return [
        Wish(size, value * (1.0 if key == "tokens" else size.params), {"lr": lr, "batch": batch})
        for size in read_sizes(table, base)
        for value in table.numbers(key)
        for batch in batches
        for lr in rates
    ]


DESIGN = Design(
    name="lr_batch",
    about="Every learning rate with every batch, at each size and horizon, at equal tokens.",
    keys={
        **SIZE_KEYS,
        "lr": "peak learning rates: [1e-3, 2e-3] or a range",
        "batch": "sequences a step: [4, 8, 16] or a range",
        "tokens": "horizons in tokens",
        "ratios": "horizons in tokens per parameter",
    },
    wishes=_wishes,
    example=(
        "sizes = [[32, 2]]\nlr = { from = 1e-3, to = 8e-3, factor = 2 }\n"
        "batch = [4, 8]\ntokens = ['100K']"
    ),
    source=("steplaw2025",),
)
