"""Settings as power laws of the run: lr = c N^a D^b, as step laws state them (catalogue B11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isoflop.measure.design.design import Wish
from isoflop.measure.design.sizes import Base
from isoflop.measure.design.table import Table

RULES_KEYS: Mapping[str, str] = {
    "coefficient": "value at params = tokens = batch_tokens = width = depth = 1",
    "params": "exponent of the total parameters",
    "tokens": "exponent of the training tokens",
    "batch_tokens": "exponent of the tokens of a step",
    "width": "exponent of the width",
    "depth": "exponent of the depth",
    "least": "lower limit of the value",
    "most": "upper limit of the value",
}
_WHOLE = ("batch", "warmup_steps")
_FIRST = ("batch",)  # other rules may depend on the batch


def apply_rules(
    wish: Wish, settings: Mapping[str, Any], table: Table, base: Base
) -> dict[str, Any]:  # Any: values of a TOML file
    """The settings that rules determine for one run; what a design sets itself stays.

    Raises
    ------
    UsageError
        E431 or E432 for a rule that cannot be read or needs what the run has not.
    """
    rules = table.part("rules")
    found: dict[str, Any] = {}
    for name in sorted(rules.values, key=lambda name: name not in _FIRST):
        if name in settings:
            continue
        rule = rules.part(name)
        rule.check_keys(RULES_KEYS)
        value = rule.number("coefficient")
        sizes = _sizes(wish, {**settings, **found}, base)
        for quantity in sizes.keys() & rule.values.keys():
            exponent = rule.number(quantity, low=-10.0, high=10.0)
            if sizes[quantity] is None:
                raise rule.wrong(quantity, "asks for what this run does not state", "leave it out")
            value *= float(sizes[quantity] or 1.0) ** exponent
        value = min(max(value, rule.number("least", 0.0)), rule.number("most", float("inf")))
        found[name] = max(1, round(value)) if name in _WHOLE else float(f"{value:.6g}")
    return found


def _sizes(wish: Wish, settings: Mapping[str, Any], base: Base) -> dict[str, float | None]:
    merged = {**base.settings, **settings}
    knows_step = {"batch", "seq_len"} <= set(merged)
    return {
        "params": wish.size.params if wish.size else None,
        "tokens": wish.tokens,
        "batch_tokens": base.tokens_per_step(settings) if knows_step else None,
        "width": wish.size.width if wish.size else None,
        "depth": wish.size.depth if wish.size else None,
    }
