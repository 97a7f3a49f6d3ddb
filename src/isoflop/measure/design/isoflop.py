"""IsoFLOP profile: at every budget several sizes, each trained on what the budget then affords."""

from __future__ import annotations

import math

from isoflop.measure.design.design import Design, Wish
from isoflop.measure.design.sizes import SIZE_KEYS, Base, Size, nearest_size, read_sizes
from isoflop.measure.design.table import Table

CENTRE = 20.0  # tokens per parameter; hoffmann2022, replace by what a coarse pass shows
SPREAD = 4.0  # grids of x2 to x4 around the centre bias approach 2 least; vpnls2026
PER_BUDGET = 7


def _wishes(table: Table, base: Base) -> list[Wish]:
    budgets = table.numbers("budgets")
    given = read_sizes(table, base) if table.has("sizes") or table.has("params") else None
    wishes = []
    for budget in budgets:
        for size in given or _around_optimum(budget, table, base):
            wishes.append(Wish(size, budget / size.flops_per_token))
    return wishes


def _around_optimum(budget: float, table: Table, base: Base) -> list[Size]:
    """Sizes spread evenly in log parameters around the assumed optimum of a budget."""
    centre = table.number("centre", CENTRE, low=1e-3)
    spread = table.number("spread", SPREAD, low=1.0)
    count = table.integer("sizes_per_budget", PER_BUDGET, low=1)
    middle = math.sqrt(budget / (6.0 * centre))
    factors = [spread ** (2 * i / (count - 1) - 1) if count > 1 else 1.0 for i in range(count)]
    sizes = [nearest_size(middle * factor, table, base) for factor in factors]
    return list({size.params: size for size in sizes}.values())


DESIGN = Design(
    name="isoflop",
    about="At every budget several sizes, each with the tokens that the budget leaves.",
    keys={
        **SIZE_KEYS,
        "budgets": "training compute in FLOP: [1e12, 1e13] or a range",
        "sizes_per_budget": f"where no sizes are given, how many around the optimum ({PER_BUDGET})",
        "centre": f"assumed optimal tokens per parameter ({CENTRE:g})",
        "spread": f"from the optimum to the smallest and largest size, a factor ({SPREAD:g})",
    },
    wishes=_wishes,
    example="budgets = { from = 1e10, to = 1e11, points = 3 }\nparams = ['20K', '40K', '80K']",
    source=("hoffmann2022",),
)
