"""Resampling plans: which rows are drawn together, and how often each is drawn."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.runs import Runs


def cluster_labels(runs: Runs, cluster: str | None) -> tuple[IntArray, str]:
    """Cluster index of each row and the name of the method.

    Rows of one run are not independent evidence: where ``run_id`` repeats, runs are resampled
    whole (choshen2024, ivgi2022). ``cluster`` names another column, such as ``params``.
    """
    if cluster is not None:
        return _index(runs.text(cluster)), f"cluster bootstrap by {cluster}"
    if "run_id" in runs.columns:
        labels = _index(runs.text("run_id"))
        if labels.max() + 1 < len(runs):
            return labels, "cluster bootstrap by run_id"
    return np.arange(len(runs), dtype=np.int64), "case bootstrap"


def draw_weights(labels: IntArray, n: int, rng: np.random.Generator) -> FloatArray:
    """How often each row is drawn in each resample: (n, n_rows)."""
    clusters = int(labels.max()) + 1
    counts = rng.multinomial(clusters, np.full(clusters, 1.0 / clusters), size=n)
    return np.asarray(counts[:, labels], dtype=float)


def _index(values: list[str]) -> IntArray:
    return np.unique(np.asarray(values), return_inverse=True)[1].astype(np.int64)
