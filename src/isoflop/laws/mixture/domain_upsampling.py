"""Two phases: the base mixture, then an upsampled one for the last part of training."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis
from isoflop.laws.rule import Rule

TRIED = (0.05, 0.3)  # assumption: beyond this the trade-off of upsampling2024 says nothing


def phases(
    D: FloatArray, f: FloatArray, r_base: FloatArray, r_last: FloatArray, U: FloatArray
) -> tuple[FloatArray, ...]:
    last = f * D
    taken = (D - last) * r_base + last * r_last
    return D - last, last, taken / D, taken / U


def refuse(given: Mapping[str, FloatArray]) -> str | None:
    low, high = TRIED
    if np.any((given["f"] < low) | (given["f"] > high)):
        return f"holds for a last phase of {low:g} to {high:g} of training; 0.1 to 0.2 was best"
    if np.any((given["r_base"] > 1.0) | (given["r_last"] > 1.0)):
        return "needs shares of at most one"
    return None


RULE = Rule(
    name="domain_upsampling",
    entry="X10",
    about="Upsample a domain for the last 10 to 20% of tokens; what it costs in repetitions.",
    inputs=(
        Axis("D", "tokens", "tokens", "training tokens", 1e9, 1e13),
        Axis("f", "f", "1", "share of training in the last phase; 0.1 to 0.2 is best", 0.1, 0.2),
        Axis("r_base", "r_base", "1", "share of the domain before", 0.0, 0.5, zero=True),
        Axis("r_last", "r_last", "1", "share of the domain in the last phase", 0.0, 1.0, zero=True),
        Axis("U", "tokens_unique", "tokens", "unique tokens of the domain", 1e8, 1e12),
    ),
    outputs=(
        Axis("D_base", "tokens", "tokens", "tokens before the last phase", 1e8, 1e13),
        Axis("D_last", "tokens", "tokens", "tokens of the last phase", 1e8, 1e13),
        Axis("r_mean", "share", "1", "share of the domain over all of training", 0.0, 1.0),
        Axis("epochs", "epochs", "1", "passes over the domain", 0.0, 1e3),
    ),
    formula=phases,
    source="upsampling2024",
    where="abstract: 7B parameters, 1T tokens, last 10 to 20% of training",
    refuse=refuse,
    scope=(
        "The loss on general text rises slowly with f: look at both before choosing.",
        "Gains over the base mixture: MMLU 6.90, GSM8K 8.26, HumanEval 6.17 points (abstract).",
        "Where epochs exceed about four, repetition eats the gain: see muennighoff.",
        "Leaving one source out of the last phase only is a cheap ablation of it.",
    ),
)
