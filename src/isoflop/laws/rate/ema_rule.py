"""Decay of an average of the weights when the batch changes: the same horizon in tokens."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def kept(
    rho: FloatArray, kappa: FloatArray, batch_tokens: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    return rho**kappa, batch_tokens / (1.0 - rho), kappa * (1.0 - rho)


def forbidden(at: Mapping[str, FloatArray]) -> str | None:
    return "needs rho below 1" if (at["rho"] >= 1.0).any() else None


RULE = Rule(
    name="ema_rule",
    entry="B21",
    about="rho' = rho^kappa: a weight of kappa old steps ago counts as much as before.",
    inputs=(
        Axis("rho", "rho", "1", "old decay a step", 0.9, 0.99999),
        Axis("kappa", "kappa", "1", "new batch over old batch", 0.01, 100.0),
        Axis("batch_tokens", "batch_tokens", "tokens", "old batch", 1e3, 1e8, default=1.0),
    ),
    outputs=(
        Axis("rho_new", "rho", "1", "new decay a step", 0.0, 1.0),
        Axis("horizon", "horizon", "tokens", "tokens the average reaches back", 1.0, 1e13),
        Axis("forgotten", "forgotten", "1", "kappa*(1 - rho); trust the rule below 0.1", 0.0, 10.0),
    ),
    formula=kept,
    refuse=forbidden,
    source="busbridge2023",
    where="arXiv 2307.13813; recalled with high confidence",
    reported=(
        Reported({"rho": 0.9999, "kappa": 8.0}, {"rho_new": 0.99920028}, 1e-8),
        Reported({"rho": 0.999, "kappa": 1.0, "batch_tokens": 1e6}, {"horizon": 1e9}, 1e-9),
    ),
    scope=(
        "Move the optimiser with it: linear_rule for SGD, adam_sde_rule for Adam.",
        "Doubtful where forgotten is above 0.1 or rho_new below 0.9 (a rule of thumb): the steps "
        "in between no longer add up.",
        "An average that is a teacher: start with kappa = 1 and scale after the first epochs.",
    ),
)
