"""The set-up of the runs, as far as their table holds it."""

from __future__ import annotations

import numpy as np

from isoflop.validate.audit.evidence import Answer, Evidence, Fills, column_text, from_column

_SHAPE = ("width", "depth", "heads", "d_ff", "experts", "experts_active", "sparsity")


def _models(evidence: Evidence) -> Answer | None:
    runs = evidence.runs
    ids = "run_id" in runs.columns and runs.table["run_id"].null_count() == 0
    n = len(set(runs.text("run_id"))) if ids else len(runs)
    rows = f"{len(runs)} rows of {n} runs" if n != len(runs) else f"{n} runs"
    if "params" not in runs.columns:
        return Answer(rows, "table")
    sizes = runs.table["params"].drop_nulls().n_unique()
    return Answer(f"{rows} of {sizes} sizes", "table")


def _size_count(evidence: Evidence) -> Answer | None:
    counted = evidence.runs.conventions.params
    return None if counted == "unknown" else Answer(counted.replace("_", "-"), "table")


def _compute(evidence: Evidence) -> Answer | None:
    formula = evidence.runs.conventions.flops
    if formula == "unknown":
        return None
    span = column_text(evidence.runs, "flops")
    return Answer(formula if span is None else f"{formula}; {span}", "table")


def _shape(evidence: Evidence) -> Answer | None:
    found = [(name, column_text(evidence.runs, name)) for name in _SHAPE]
    parts = [f"{name} {text}" for name, text in found if text is not None]
    return Answer("; ".join(parts), "table") if parts else None


def _data(evidence: Evidence) -> Answer | None:
    runs = evidence.runs
    shares = [name.removeprefix("share/") for name in runs.columns if name.startswith("share/")]
    named = column_text(runs, "dataset")
    parts = [named] if named else []
    parts += [f"mixtures of {', '.join(shares)}"] if shares else []
    return Answer("; ".join(parts), "table") if parts else None


def _repetition(evidence: Evidence) -> Answer | None:
    runs = evidence.runs
    if not runs.has("epochs"):
        return None
    needed = [name for name in ("epochs", "tokens", "tokens_unique") if name in runs.columns]
    if any(runs.table[name].null_count() for name in needed):
        return None
    epochs = runs.values("epochs")
    return Answer(f"{epochs.min():.3g} to {epochs.max():.3g} passes over the data", "table")


def _tokenizer(evidence: Evidence) -> Answer | None:
    text = column_text(evidence.runs, "vocab")
    return None if text is None else Answer(f"{text} ids; its name is not in the table", "table")


def _seeds(evidence: Evidence) -> Answer | None:
    runs = evidence.runs
    if "seed" not in runs.columns:
        return None
    seeds = runs.table["seed"].drop_nulls().n_unique()
    same = [
        name
        for name in ("params", "tokens", "dataset", "lr", "batch_tokens")
        if name in runs.columns
    ]
    labels = np.array(["|".join(row) for row in zip(*(runs.text(c) for c in same), strict=True)])
    repeats = len(labels) - len(np.unique(labels))
    return Answer(f"{seeds} seeds; {repeats} runs repeat the settings of another", "table")


FILLS = Fills(
    "setup",
    {
        "models": _models,
        "size_range": from_column("params"),
        "size_count": _size_count,
        "token_range": from_column("tokens"),
        "compute": _compute,
        "shape": _shape,
        "data": _data,
        "repetition": _repetition,
        "tokenizer": _tokenizer,
        "batch": from_column("batch_tokens"),
        "learning_rate": from_column("lr"),
        "schedule": from_column("schedule"),
        "warmup": from_column("warmup_steps"),
        "optimiser": from_column("optimizer"),
        "weight_decay": from_column("weight_decay"),
        "seeds": _seeds,
    },
)
