"""What every sweep design keeps: honest counts, distinct runs, refused mistakes. For anyone's.

Each check takes a design and raises AssertionError with a sentence; ``CHECKS`` holds them by name::

    @pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
    def test_my_design(check):
        check(DESIGN)
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from isoflop.core.errors import UsageError
from isoflop.measure.design.design import Design
from isoflop.measure.design.realise import COMMON_KEYS, Point, realise
from isoflop.measure.design.sizes import Base, count_dense
from isoflop.measure.design.table import Table

COMMON: Mapping[str, Any] = {"vocab": 257, "seq_len": 64, "batch": 4, "lr": 1e-3}  # Any: TOML


def base_of(design: Table, **changes: object) -> Base:
    """Common settings a design can be tried with."""
    return Base({**COMMON, **changes}, count_dense("porian"), design)


def points_of(design: Design, text: str = "", **changes: object) -> list[Point]:
    """The points of a design for its example, or for another [design] table."""
    values = tomllib.loads(text or design.example)
    table = Table("design", {"kind": design.name, **values}, "example.toml", text or design.example)
    table.check_keys({**design.keys, **COMMON_KEYS})
    base = base_of(table, **changes)
    return realise(design.wishes(table, base), table, base)[0]


def check_tells_what_it_is(design: Design) -> None:
    """Name, one sentence, a meaning for every key, none of them a key of every design."""
    assert design.name.isidentifier(), f"{design.name!r} cannot be a kind."
    assert design.about.endswith("."), f"{design.name}: about is no sentence."
    assert all(design.keys.values()), f"{design.name}: a key has no meaning."
    shadowed = set(design.keys) & set(COMMON_KEYS)
    assert not shadowed, f"{design.name}: {shadowed} belong to every design."


def check_example_makes_runs(design: Design) -> None:
    """The example gives two runs or more, none of them twice."""
    points = points_of(design)
    assert len(points) > 1, f"{design.name}: the example makes {len(points)} runs."
    seen = [repr((sorted(point.settings.items()), point.trunk)) for point in points]
    assert len(set(seen)) == len(seen), f"{design.name}: the example makes a run twice."


def check_counts_are_realised(design: Design) -> None:
    """Tokens are whole steps, compute is that of those tokens, by an own count of the model."""
    for point in points_of(design):
        known, settings = point.expected, {**COMMON, **point.settings}
        steps = known["steps"]
        assert steps == int(steps) >= 1, f"{design.name}: {steps} steps."
        tokens = steps * settings["batch"] * settings["seq_len"]
        assert known["tokens"] == tokens, f"{design.name}: tokens are not whole steps."
        width, depth = settings["width"], settings["depth"]
        blocks = 12 * depth * width**2
        assert known["params_non_embedding"] == blocks, f"{design.name}: blocks miscounted."
        total = blocks + settings["vocab"] * width
        assert known["params"] == total, f"{design.name}: parameters miscounted."
        per_token = 6 * total + 6 * settings["seq_len"] * width * depth  # porian2024
        assert known["flops"] == tokens * per_token, f"{design.name}: FLOP of other tokens."


def check_is_repeatable(design: Design) -> None:
    """The same file gives the same runs."""
    assert points_of(design) == points_of(design), f"{design.name}: runs differ between readings."


def check_seeds_multiply(design: Design) -> None:
    """Two seeds make every run twice, a branch with the trunk of its own seed."""
    once = points_of(design)
    twice = points_of(design, design.example + "\nseeds = [3, 4]")
    assert len(twice) == 2 * len(once), f"{design.name}: seeds do not multiply the runs."
    for point in twice:
        seed = point.settings["seed"]
        trunk = point.trunk
        assert trunk is None or trunk.settings["seed"] == seed, f"{design.name}: a foreign trunk."


def check_refuses_unknown_keys(design: Design) -> None:
    """A misspelt key is an error that names the nearest."""
    for key in design.keys:
        wrong = key + "x"
        error = _error_of(design, f"{design.example}\n{wrong} = 1")
        said = error is not None and error.code == "E431" and key in (error.do or "")
        assert said, f"{design.name}: {wrong} gives {error or 'runs, as if it were not there'}."


def _error_of(design: Design, text: str) -> UsageError | None:
    try:
        points_of(design, text)
    except UsageError as error:
        return error
    return None


CHECKS: dict[str, Callable[[Design], None]] = {
    name.removeprefix("check_"): check
    for name, check in list(globals().items())
    if name.startswith("check_")
}
