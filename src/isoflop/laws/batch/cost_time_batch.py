"""Batch at which tokens and waiting together cost least, on the hyperbola of steps."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis
from isoflop.laws.rule import Rule


def cheapest(
    S_min: FloatArray,
    B_crit: FloatArray,
    step_seconds: FloatArray,
    p_time: FloatArray,
    p_data: FloatArray,
) -> tuple[FloatArray, ...]:
    E_min = S_min * B_crit
    B = B_crit * (p_time * step_seconds * S_min / (p_data * E_min)) ** 0.5
    S, E = S_min * (1.0 + B_crit / B), E_min * (1.0 + B / B_crit)
    return B, S, E, p_data * E + p_time * S * step_seconds


RULE = Rule(
    name="cost_time_batch",
    entry="B02",
    about="Cheapest batch to one loss when a token and a second both have a price.",
    inputs=(
        Axis("S_min", "S_min", "1", "fewest steps", 1e2, 1e6),
        Axis("B_crit", "B_crit", "tokens", "critical batch", 1e4, 1e8),
        Axis("step_seconds", "step_seconds", "s", "time of a step", 1e-2, 1e2),
        Axis("p_time", "p_time", "USD/s", "price of a second of waiting", 1e-5, 1e2),
        Axis("p_data", "p_data", "USD/token", "price of a token", 1e-9, 1e-4),
    ),
    outputs=(
        Axis("B", "batch_tokens", "tokens", "cheapest batch", 1.0, 1e12),
        Axis("S", "steps", "1", "steps it takes", 1e2, 1e12),
        Axis("E", "tokens", "tokens", "tokens it takes", 1e6, 1e20),
        Axis("cost", "cost_usd", "USD", "tokens and waiting together", 1e-3, 1e18),
    ),
    formula=cheapest,
    source="mccandlish2018",
    where="minimum of p_data*E + p_time*S*t_step over the front of arXiv 1812.06162",
    scope=(
        "The time of a step is taken as free of the batch: true while devices are added with it.",
        "Valid only with a B_crit measured from steps to a loss, never from B_simple alone.",
    ),
)
