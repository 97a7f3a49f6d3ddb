"""Least step at which a model on few unique tokens begins to overfit."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.arrays import FloatArray
from isoflop.laws.overfitting import NO_GAP, least_stop_step
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule

# kaplan2020: the joint law of size and unique tokens, and the step term of its learning curve.
N_C, ALPHA_N, D_C, ALPHA_D = 6.4e13, 0.076, 1.8e13, 0.103
S_C, ALPHA_S = 2.1e3, 0.76


def stop(N: FloatArray, D: FloatArray) -> tuple[FloatArray, ...]:
    size_term = (N_C / N) ** (ALPHA_N / ALPHA_D)
    loss, limit = (size_term + D_C / D) ** ALPHA_D, size_term**ALPHA_D
    return least_stop_step(loss - limit, S_C, ALPHA_S), loss, limit


def refuse(given: Mapping[str, FloatArray]) -> str | None:
    _, loss, limit = stop(given["N"], given["D"])
    if (loss - limit < NO_GAP).any():
        return f"expects no overfitting: the data cost less than {NO_GAP:g} nat/token"
    return None


RULE = Rule(
    name="kaplan_early_stop",
    entry="L09",
    about="Lower bound on the early-stopping step, an alarm for plans of many epochs.",
    inputs=(
        Axis("N", "params", "parameters", "size without embeddings", 1e6, 1e10),
        Axis("D", "tokens_unique", "tokens", "unique tokens", 1e7, 1e11),
    ),
    outputs=(
        Axis("S_stop", "steps_min", "steps", "steps at a batch far above critical", 1.0, 1e9),
        Axis("loss", "loss", "nat/token", "early-stopped loss", 1.0, 10.0),
        Axis("loss_infinite_data", "loss", "nat/token", "loss with data not limiting", 1.0, 10.0),
    ),
    formula=stop,
    refuse=refuse,
    source="kaplan2020",
    where="constants of L(N, D) and L(N, S_min) as printed, arXiv 2001.08361; form recalled",
    reported=(
        Reported(
            {"N": 1e8, "D": 1e9},
            {"S_stop": 18114.0, "loss": 2.956734, "loss_infinite_data": 2.762293},
            5e-5,
        ),
    ),
    scope=(
        "A lower bound: the test loss falls more slowly when data are few.",
        "Strong weight decay moves the stop far out.",
        "For constants fitted to one's own runs, with an interval: fit.early_stop.",
    ),
)
