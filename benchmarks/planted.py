"""Ten kinds of faults planted in simulated studies, as they happen: which rows, what is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from benchmarks.simulated_study import Study, study
from isoflop.core.arrays import FloatArray, IntArray
from isoflop.fit.engine import solve
from isoflop.fit.fit_law import build_problem
from isoflop.fit.objective import Objective
from isoflop.laws.catalogue import get_law

SD = 6.0  # an offset below this many standard deviations of the run is within what seeds do
HALF_LIFE = 15.387756  # muennighoff2023, R_D


@dataclass(frozen=True, eq=False)
class Planted:
    """A study with one fault.

    Attributes
    ----------
    rows : (n,) indices of the rows at fault
    variant : how it was planted, in words
    """

    kind: str
    variant: str
    study: Study
    rows: IntArray


Plant = Callable[[Study, np.random.Generator], tuple[str, Study, IntArray]]


def planted(kind: str, seed: int) -> Planted:
    """One study with one fault; the same seed, the same study."""
    rng = np.random.default_rng([seed, 606])
    variant, made, rows = FAULTS[kind](study(seed), rng)
    return Planted(kind, variant, made, rows)


def _some(rng: np.random.Generator, rows: IntArray, least: float, most: float) -> IntArray:
    count = max(round(rng.uniform(least, most) * len(rows)), 1)
    return np.sort(rng.choice(rows, min(count, len(rows)), replace=False))


def _few(rng: np.random.Generator, rows: IntArray, most: int) -> IntArray:
    return np.sort(rng.choice(rows, min(int(rng.integers(1, most + 1)), len(rows)), replace=False))


def _all(made: Study) -> IntArray:
    return np.arange(made.table.height)


def undertuned(made: Study, rng: np.random.Generator) -> tuple[str, Study, IntArray]:
    """One or two runs at a rate off by six to twelve: 3% to 14% above, at least six sd."""
    sd = made.sd
    rows = _few(rng, np.flatnonzero(SD * sd < 0.13), 2)
    excess = rng.uniform(np.maximum(0.03, SD * sd[rows]), 0.14)
    loss = made.values("loss")
    loss[rows] *= np.exp(excess)
    if "lr" in made.table.columns:
        lr = made.values("lr")
        lr[rows] *= np.exp(rng.choice([-1, 1]) * rng.uniform(np.log(6), np.log(12)))
        made = made.with_columns(lr=lr).without("lr_final")
        return "with the rate", made.with_columns(loss=loss), rows
    return "loss alone", made.with_columns(loss=loss), rows


def diverged(made: Study, rng: np.random.Generator) -> tuple[str, Study, IntArray]:
    """One to three runs 25% to 150% above."""
    rows = _few(rng, _all(made), 3)
    loss = made.values("loss")
    loss[rows] *= np.exp(rng.uniform(np.maximum(np.log(1.25), SD * made.sd[rows]), np.log(2.5)))
    return "blown up", made.with_columns(loss=loss), rows


def truncated(made: Study, rng: np.random.Generator) -> tuple[str, Study, IntArray]:
    """One to three runs that saw 30% to 75% of their tokens at a rate that had not decayed."""
    variant = str(rng.choice(["steps", "flops", "rate", "design"]))
    on_rungs = _on_rungs(made)
    if variant == "design" and not on_rungs:
        variant = "rate"
    rows = _few(rng, np.flatnonzero(SD * made.sd < 0.1), 3)
    share = np.ones(made.table.height)
    share[rows] = rng.uniform(0.3, 0.75, len(rows))
    N, D, steps = made.values("params"), made.values("tokens"), made.values("steps")
    undecayed = np.where(share < 1.0, rng.uniform(0.02, 0.05, len(N)), 0.0)
    undecayed = np.where(share < 1.0, np.maximum(undecayed, SD * made.sd), 0.0)
    loss = made.values("loss") * made.true_loss(N, share * D) / made.true_loss(N, D)
    loss *= np.exp(undecayed)
    seen = np.round(steps * share)
    if variant == "steps":
        return variant, made.without("lr_final", "flops").with_columns(loss=loss, steps=seen), rows
    if variant == "flops":
        flops = 6.0 * N * D * share
        left = made.without("lr_final", "steps").with_columns(loss=loss, flops=flops)
        return variant, left, rows
    actual = {"loss": loss, "steps": seen, "tokens": D * share}
    if "flops" in made.table.columns:
        actual["flops"] = made.values("flops") * share
    made = made.with_columns(**actual)
    if variant == "design":
        return variant, made.without("lr_final", "lr"), rows
    lr = 1e-3 * (N / 1e8) ** -0.2
    cosine = 0.1 + 0.45 * (1.0 + np.cos(np.pi * share))
    return variant, made.with_columns(lr=lr, lr_final=lr * np.where(share < 1, cosine, 0.1)), rows


def _on_rungs(made: Study) -> bool:
    ratio = np.round(np.log(made.values("tokens") / made.values("params")), 2)
    _, count = np.unique(ratio, return_counts=True)
    return bool(count[count >= 4].sum() >= 0.9 * len(ratio))


def unit(made: Study, rng: np.random.Generator) -> tuple[str, Study, IntArray]:
    """Up to 40% of rows with losses in bits, tokens in sequences, sizes in millions."""
    variant = str(rng.choice(["bits", "tokens", "sequences", "params", "whole table"]))
    rows = _some(rng, _all(made), 0.03, 0.4)
    if variant == "bits":
        loss = made.values("loss")
        loss[rows] /= np.log(2.0)
        return variant, made.with_columns(loss=loss), rows
    if variant == "whole table":
        D, flops = made.values("tokens"), 6.0 * made.values("params") * made.values("tokens")
        factor = float(rng.choice([1e3, 1e6, 2048.0]))
        made = made.without("steps").with_columns(tokens=D / factor, flops=flops)
        return variant, made, _all(made)
    column = "params" if variant == "params" else "tokens"
    factor = 2048.0 if variant == "sequences" else float(rng.choice([1e3, 1e6]))
    values = made.values(column)
    values[rows] /= factor
    hidden = ("steps",) if rng.random() < 0.5 else ("flops", "steps")
    return variant, made.without(*hidden).with_columns(**{column: values}), rows


def mixed(made: Study, rng: np.random.Generator) -> tuple[str, Study, IntArray]:
    """20% to 45% of rows from another recipe: 2% to 8% off, with or without a column."""
    named = rng.random() < 0.5
    if rng.random() < 0.7:
        rows = _some(rng, _all(made), 0.2, 0.45)
    else:
        sizes = np.unique(made.values("params"))
        count = max(round(rng.uniform(0.25, 0.45) * len(sizes)), 2)
        rows = np.flatnonzero(np.isin(made.values("params"), rng.choice(sizes, count, False)))
    typical = float(np.median(made.sd))
    least = max(0.015, 3.0 * typical) if named else max(0.03, SD * typical)
    loss = made.values("loss")
    loss[rows] *= np.exp(rng.choice([-1, 1]) * rng.uniform(least, max(0.08, 1.2 * least)))
    made = made.with_columns(loss=loss)
    if not named:
        return "no column", made, rows
    label = np.where(np.isin(_all(made), rows), "adamw-b", "adamw-a")
    return "column", made.with_columns(optimizer=label.tolist()), rows


def duplicate(made: Study, rng: np.random.Generator) -> tuple[str, Study, IntArray]:
    """One to three runs listed twice under new names."""
    which = _few(rng, _all(made), 3)
    table = made.table.with_columns(loss=pl.Series(np.round(made.values("loss"), 4)))
    copies = table[which.tolist()].with_columns(
        run_id=pl.Series([f"copy-{i}" for i in range(len(which))])
    )
    rows = table.height + np.arange(len(which))
    return "new name", replace(made, table=pl.concat([table, copies])), rows


def miscounted(made: Study, rng: np.random.Generator) -> tuple[str, Study, IntArray]:
    """20% to 45% of rows list sizes without their embeddings."""
    variant = str(rng.choice(["shape", "column", "flops"]))
    N = made.values("params")
    without = N - made.values("vocab") * made.values("width")
    rows = _some(rng, _all(made), 0.2, 0.45)
    flops = 6.0 * N * made.values("tokens")
    listed = N.copy()
    listed[rows] = without[rows]
    if variant == "shape":
        return variant, made.without("flops").with_columns(params=listed), rows
    hidden = made.without("depth", "width", "vocab", "flops")
    if variant == "column":
        return variant, hidden.with_columns(params=listed, params_non_embedding=without), rows
    return variant, hidden.with_columns(params=listed, flops=flops), rows


def flop_label(made: Study, rng: np.random.Generator) -> tuple[str, Study, IntArray]:
    """Compute of 10% to 45% of rows, or of all, counted in another way or unit."""
    flops = 6.0 * made.values("params") * made.values("tokens")
    if rng.random() < 0.3:
        flops *= float(rng.choice([1 / 3, 0.5, 8.0, 1e-12, 1 / 8.64e19]))
        return "whole table", made.with_columns(flops=flops), _all(made)
    rows = _some(rng, _all(made), 0.1, 0.45)
    flops[rows] *= float(rng.choice([1 / 3, 0.5, 4 / 3, 2.0, 8.0, 1 / 8, 1e-3]))
    return "some rows", made.with_columns(flops=flops), rows


def swapped(made: Study, rng: np.random.Generator) -> tuple[str, Study, IntArray]:
    """Up to 30% of rows with parameters and tokens exchanged."""
    N, D = made.values("params"), made.values("tokens")
    rows = _some(rng, np.flatnonzero(D / N > 3.0), 0.02, 0.3)
    N[rows], D[rows] = D[rows].copy(), N[rows].copy()
    hidden = made.without("steps", "depth", "width", "vocab")
    return "exchanged", hidden.with_columns(params=N, tokens=D), rows


def repeated(made: Study, rng: np.random.Generator) -> tuple[str, Study, IntArray]:
    """A pool of unique tokens that the largest runs saw 8 to 200 times, unmarked.

    Only pools whose effect no law of this form absorbs are planted: what the best law through the
    noiseless losses leaves is six standard deviations or more.
    """
    N, D = made.values("params"), made.values("tokens")
    for pool in rng.permutation(D.max() / np.geomspace(8.0, 200.0, 12)):
        effect = np.log(made.true_loss(N, _worth(D, pool)) / made.true_loss(N, D))
        if beyond_law(made, effect) > SD:
            loss = made.values("loss") * np.exp(effect)
            return "unmarked", made.with_columns(loss=loss), np.flatnonzero(pool < D)
    return repeated(study(int(rng.integers(10**9))), rng)


def _worth(D: FloatArray, pool: float) -> FloatArray:
    """Fresh tokens worth D tokens from a pool (muennighoff2023)."""
    repeats = np.maximum(D / pool - 1.0, 0.0)
    return np.minimum(D, pool) + pool * HALF_LIFE * (1.0 - np.exp(-repeats / HALF_LIFE))


def beyond_law(made: Study, effect: FloatArray) -> float:
    """Length, in standard deviations, of the part of an effect that no law of this form absorbs."""
    N, D = made.values("params"), made.values("tokens")
    loss = made.true_loss(N, D) * np.exp(effect)
    runs = made.with_columns(loss=loss).runs()
    objective = Objective("squared_log")
    problem = build_problem(runs, get_law("chinchilla"), None, None, objective, {})
    solved = solve(problem, made.sd**-2.0, np.random.default_rng(0), n_random=0)
    return float(np.sqrt(2.0 * solved.objective))


FAULTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        undertuned,
        diverged,
        truncated,
        unit,
        mixed,
        duplicate,
        miscounted,
        flop_label,
        swapped,
        repeated,
    )
}
"""Name of the reason that should be named -> how the fault is planted."""
