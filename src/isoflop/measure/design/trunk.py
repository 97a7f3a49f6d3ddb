"""Trunk and branch: one constant-rate run a size, short cool-downs branching off for every horizon.

A branch equals a separate run of its horizon under the same schedule, and pays for its cool-down
alone: K horizons cost the longest plus the cool-downs, not their sum (catalogue S01, T25).
"""

from __future__ import annotations

import math

from isoflop.measure.design.design import Branch, Design, Wish
from isoflop.measure.design.sizes import SIZE_KEYS, Base, Size, read_sizes
from isoflop.measure.design.table import Table

COOLDOWN = 0.2  # share of a horizon; haegele2024 finds 0.1 to 0.2 enough
_FINEST = 8  # checkpoints up to the first branch where no coarser spacing fits; assumption


def _wishes(table: Table, base: Base) -> list[Wish]:
    if table.has("tokens") == table.has("ratios"):
        raise table.missing("tokens (or ratios, one of the two)", "ratios = [5, 10, 20, 40]")
    share = table.number("cooldown", COOLDOWN, low=1e-3, high=0.9)
    return [wish for size in read_sizes(table, base) for wish in _family(size, share, table, base)]


def _family(size: Size, share: float, table: Table, base: Base) -> list[Wish]:
    """The trunk of one size and its branches."""
    key = "tokens" if table.has("tokens") else "ratios"
    factor = 1.0 if key == "tokens" else size.params
    per_step = base.tokens_per_step(size.settings)
    horizons = sorted(value * factor / per_step for value in table.numbers(key))
    wanted = [max(1, round((1.0 - share) * steps)) for steps in horizons]
    every = _spacing(wanted)
    starts = sorted({max(every, round(step / every) * every) for step in wanted})
    stable = {"schedule": "constant", "checkpoint_every": every}
    trunk = Wish(size, starts[-1] * per_step, stable, role="trunk", steps=starts[-1])
    return [trunk] + [_branch(trunk, start, share, per_step) for start in starts]


def _branch(trunk: Wish, start: int, share: float, per_step: int) -> Wish:
    steps = max(start + 1, round(start / (1.0 - share)))
    cooled = {"schedule": "wsd", "decay_fraction": (steps - start) / steps}
    return Wish(trunk.size, steps * per_step, cooled, Branch(trunk, start), steps=steps)


def _spacing(steps: list[int]) -> int:
    """Steps between checkpoints: the common divisor, unless it is needlessly fine."""
    return max(math.gcd(*steps), math.ceil(min(steps) / _FINEST))


DESIGN = Design(
    name="trunk",
    about="One constant-rate trunk a size, a cool-down branching off it for every horizon (WSD).",
    keys={
        **SIZE_KEYS,
        "tokens": "horizons in tokens: ['1M', '2M'] or a range",
        "ratios": "horizons in tokens per parameter: [5, 10, 20] or a range",
        "cooldown": f"share of a horizon over which the rate falls ({COOLDOWN})",
    },
    wishes=_wishes,
    example="sizes = [[32, 2]]\nratios = [5, 10, 20]",
    source=("haegele2024",),
)
