"""From wishes to points: seeds and varied settings, rules, whole steps, what it really costs."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from isoflop.core.explain import Finding
from isoflop.core.quantities import format_count
from isoflop.measure.design.design import Branch, Wish
from isoflop.measure.design.rules import apply_rules
from isoflop.measure.design.sizes import Base
from isoflop.measure.design.table import Table

COMMON_KEYS: Mapping[str, str] = {
    "kind": "the design",
    "seeds": "seeds of every run: [0, 1, 2]",
    "vary": "{ weight_decay = [0, 0.1] }: every run with every value",
    "rules": "{ lr = { coefficient, params, tokens } }: a setting as a power law of the size",
    "warmup_fraction": "warm-up as a share of the steps",
    "tokens_per_param": "[least, most]: runs outside are left out",
    "flops": "how compute is counted, a formula of isoflop.core.flops",
}


@dataclass(frozen=True)
class Point:
    """One run, exactly.

    Parameters
    ----------
    settings : all that differs from or adds to the common settings, and those.
    expected : params, params_non_embedding, tokens, flops, steps as far as they are known;
        ``start`` for a branch.
    trunk : the run it branches off.
    """

    settings: Mapping[str, Any]  # Any: values of a TOML file
    expected: Mapping[str, float] = field(default_factory=dict)
    trunk: Point | None = None
    role: str = "run"


def realise(wishes: list[Wish], table: Table, base: Base) -> tuple[list[Point], list[Finding]]:
    """Points in the order of the wishes, and what was left out.

    Raises
    ------
    UsageError
        E432 for impossible numbers, E433 if nothing is left.
    """
    points: list[Point] = []
    left_out: list[str] = []
    low, high = _ratios(table)
    for varied in (each for wish in wishes for each in _varied(wish, table)):
        point = _point(varied, table, base)
        reason = _impossible(point, low, high)
        if reason is None:
            points.append(point)
        else:
            left_out.append(reason)
    if not points:
        error = table.wrong("kind", "makes no run that is possible", "widen its ranges")
        error.code, error.where = "E433", f"{table.where()}: {'; '.join(left_out[:3])}"
        raise error
    return points, _notes(left_out)


def _varied(wish: Wish, table: Table) -> list[Wish]:
    """The wish with every combination of the values to vary; its trunk varies with it."""
    vary = table.part("vary")
    axes: dict[str, list[Any]] = {key: _values(vary, key) for key in vary.values}  # Any: TOML
    if table.has("seeds"):
        axes["seed"] = list(table.integers("seeds"))
    own = wish.size.settings if wish.size is not None else {}
    axes |= {key: list(value) for key, value in own.items() if isinstance(value, list)}
    combinations = itertools.product(*axes.values())
    return [_with(wish, dict(zip(axes, values, strict=True))) for values in combinations]


def _with(wish: Wish, values: Mapping[str, Any]) -> Wish:  # Any: TOML values
    trunk = wish.trunk and Branch(_with(wish.trunk.run, values), wish.trunk.step)
    return replace(wish, changes={**wish.changes, **values}, trunk=trunk)


def _values(vary: Table, key: str) -> list[Any]:  # Any: TOML values
    value = vary.values[key]
    if isinstance(value, Mapping):
        return list(vary.numbers(key))
    if not isinstance(value, list) or not value:
        raise vary.wrong(key, "is no list of values", f"write {key} = [0.0, 0.1]")
    return list(value)


def _point(wish: Wish, table: Table, base: Base) -> Point:
    trunk = _point(wish.trunk.run, table, base) if wish.trunk else None
    own = dict(wish.size.settings) if wish.size else {}
    settings = {k: v for k, v in own.items() if not isinstance(v, list)} | dict(wish.changes)
    if trunk is not None:
        settings = {**trunk.settings, "checkpoint_every": 0, **settings}
    else:
        settings = {**apply_rules(wish, settings, table, base), **settings}
    expected = _counts(wish, settings, base)
    if "steps" in expected and (wish.tokens is not None or wish.steps is not None):
        settings["steps"] = int(expected["steps"])
    if trunk is not None and wish.trunk is not None:
        expected["start"] = wish.trunk.step
        settings["warmup_steps"] = trunk.settings.get(
            "warmup_steps", base.settings.get("warmup_steps")
        )
    elif table.has("warmup_fraction") and "steps" in expected:
        share = table.number("warmup_fraction", low=0.0, high=0.99)
        settings["warmup_steps"] = max(1, round(share * expected["steps"]))
    kept = {key: value for key, value in settings.items() if value is not None}
    return Point(kept, expected, trunk, wish.role)


def _counts(wish: Wish, settings: Mapping[str, Any], base: Base) -> dict[str, float]:
    """What the run realises: whole steps, hence whole tokens, hence exact compute."""
    expected: dict[str, float] = {}
    merged = {**base.settings, **settings}
    if wish.size is not None:
        counts = wish.size.counts
        expected["params"] = counts.params
        expected["params_non_embedding"] = counts.params_non_embedding
    elif isinstance(merged.get("params"), int | float):
        expected["params"] = float(merged["params"])
    if wish.steps is not None or wish.tokens is not None or "steps" in merged:
        tokens = wish.tokens
        knows_step = {"batch", "seq_len"} <= set(merged)
        if wish.steps is not None or tokens is None:
            steps = float(wish.steps if wish.steps is not None else merged["steps"])
        elif not knows_step and wish.size is None:
            return expected | {"tokens": tokens}
        else:
            steps = float(round(tokens / base.tokens_per_step(settings)))
        expected["steps"] = steps
        if knows_step:
            expected["tokens"] = steps * base.tokens_per_step(settings)
    if wish.size is not None and "tokens" in expected:
        expected["flops"] = expected["tokens"] * wish.size.flops_per_token
    return expected


def _ratios(table: Table) -> tuple[float, float]:
    if not table.has("tokens_per_param"):
        return 0.0, float("inf")
    found = table.numbers("tokens_per_param", positive=False)
    if len(found) != 2 or not found[0] < found[1]:
        raise table.wrong("tokens_per_param", "is no [least, most]", "write [1, 500]")
    return found[0], found[1]


def _impossible(point: Point, low: float, high: float) -> str | None:
    """Why a run is left out, None if it is not."""
    expected = point.expected
    size = format_count(expected.get("params", 0.0))
    if expected.get("steps", 1.0) < 1.0:
        return f"{size} parameters get less than one step"
    if "params" in expected and "tokens" in expected:
        ratio = expected["tokens"] / expected["params"]
        if not low <= ratio <= high:
            return f"{size} parameters get {ratio:.3g} tokens a parameter"
    return None


def _notes(left_out: list[str]) -> list[Finding]:
    if not left_out:
        return []
    shown = "; ".join(left_out[:5]) + (
        f" and {len(left_out) - 5} more" if len(left_out) > 5 else ""
    )
    return [Finding("W432", f"{len(left_out)} runs of the design are left out: {shown}")]
