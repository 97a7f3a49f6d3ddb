"""Mixtures of domains: corners, natural mix and centre of the simplex, then draws or a lattice."""

from __future__ import annotations

import itertools

import numpy as np

from isoflop.measure.design.design import Design, Wish
from isoflop.measure.design.sizes import SIZE_KEYS, Base, read_sizes
from isoflop.measure.design.table import Table

CONCENTRATION = (0.1, 5.0)  # of the Dirichlet draws, in natural shares; regmix2024
_DIGITS = 6  # of a share: equal mixtures are equal runs


def _wishes(table: Table, base: Base) -> list[Wish]:
    names, natural = _domains(table, base)
    shares = [*_anchors(table, natural), *_inner(table, natural)]
    rounded = dict.fromkeys(_rounded(share) for share in shares)
    limit = _limits(table, names)
    distinct = [share for share in rounded if (np.array(share) <= limit + 1e-9).all()]
    if not distinct:
        raise table.wrong("caps", "leave no mixture", "raise them, or ask for more draws")
    if table.has("tokens") == table.has("ratios"):
        raise table.missing("tokens (or ratios, one of the two)", "tokens = ['1M']")
    key = "tokens" if table.has("tokens") else "ratios"
    return [
        Wish(
            size,
            value * (1.0 if key == "tokens" else size.params),
            {"shares": dict(zip(names, share, strict=True))},
        )
        for size in read_sizes(table, base)
        for value in table.numbers(key)
        for share in distinct
    ]


def _domains(table: Table, base: Base) -> tuple[list[str], np.ndarray]:
    """Names of the domains and their natural shares, by tokens where the data says so."""
    known = dict(base.domains)
    names = table.values.get("domains") or list(known)
    is_list = isinstance(names, list) and all(isinstance(name, str) for name in names)
    if not is_list or len(set(names)) < 2:
        raise table.wrong("domains", "are not two names or more", 'write domains = ["c", "python"]')
    unknown = [name for name in names if known and name not in known]
    if unknown:
        raise table.wrong(
            "domains", f"has {unknown[0]!r}, which the data lacks", f"known: {', '.join(known)}"
        )
    sizes = np.array([float(known.get(name, 1.0)) for name in names])
    return list(names), sizes / sizes.sum()


def _limits(table: Table, names: list[str]) -> np.ndarray:
    """Largest share of each domain; one where no cap is given."""
    caps = table.values.get("caps", {})
    do = f"write caps = {{ {names[0]} = 0.4 }}"
    if not isinstance(caps, dict) or not set(caps) <= set(names):
        raise table.wrong("caps", f"are not shares of {', '.join(names)}", do)
    values = [caps.get(name, 1.0) for name in names]
    if not all(isinstance(value, int | float) and 0.0 <= value <= 1.0 for value in values):
        raise table.wrong("caps", "are not all between 0 and 1", do)
    limit = np.array(values, dtype=float)
    if limit.sum() < 1.0:
        raise table.wrong("caps", f"sum to {limit.sum():.3g}, shares to one", "raise one of them")
    return limit


def _anchors(table: Table, natural: np.ndarray) -> list[np.ndarray]:
    count = len(natural)
    corners = list(np.eye(count)) if table.flag("corners", True) else []
    middle = [np.full(count, 1.0 / count)] if table.flag("centre", True) else []
    return [*([natural] if table.flag("natural", True) else []), *middle, *corners]


def _inner(table: Table, natural: np.ndarray) -> list[np.ndarray]:
    """A lattice of the simplex, or Dirichlet draws around the natural mix."""
    if table.has("lattice"):
        parts, count = table.integer("lattice", low=1), len(natural)
        cuts = itertools.combinations(range(parts + count - 1), count - 1)
        return [np.diff([-1, *cut, parts + count - 1]) / parts - 1.0 / parts for cut in cuts]
    low, high = CONCENTRATION
    if table.has("concentration"):
        given = table.numbers("concentration")
        low, high = min(given), max(given)
    rng = np.random.default_rng(table.integer("draw_seed", 0))
    strengths = np.exp(rng.uniform(np.log(low), np.log(high), table.integer("draws", 32)))
    count = len(natural)
    return [rng.dirichlet(np.maximum(strength * count * natural, 1e-3)) for strength in strengths]


def _rounded(share: np.ndarray) -> tuple[float, ...]:
    """Shares of few digits that sum to one; the largest takes up the rest."""
    short = [round(float(value), _DIGITS) for value in share]
    largest = int(np.argmax(short))
    short[largest] = round(1.0 - sum(short[:largest] + short[largest + 1 :]), _DIGITS)
    return tuple(short)


DESIGN = Design(
    name="mixture",
    about="Mixtures of the domains: natural, even, corners, and Dirichlet draws or a lattice.",
    keys={
        **SIZE_KEYS,
        "domains": "names; those of the data by default",
        "draws": "how many Dirichlet draws (32)",
        "concentration": "their strength, least and most: [0.1, 5]",
        "draw_seed": "of the draws (0)",
        "lattice": "instead of draws: all shares that are multiples of 1/lattice",
        "caps": "largest share of a domain, { python = 0.3 }; mixtures above one are left out",
        "corners": "each domain alone (true)",
        "centre": "the even mix (true)",
        "natural": "the shares of the data (true)",
        "tokens": "training tokens of a run",
        "ratios": "training tokens per parameter",
    },
    wishes=_wishes,
    example='sizes = [[32, 2]]\ndomains = ["c", "english", "python"]\ndraws = 4\ntokens = ["100K"]',
    source=("regmix2024",),
)
