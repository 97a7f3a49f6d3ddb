"""A study of cheap runs simulated from the additive law, so that every forecast can be checked."""

from __future__ import annotations

import numpy as np
import polars as pl

from isoflop.core.arrays import FloatArray
from isoflop.core.conventions import Conventions
from isoflop.core.provenance import Provenance
from isoflop.core.runs import ROW, Runs, table_digest

# besiroglu2024, refit on 240 runs (arXiv 2404.10102)
TRUTH = {"E": 1.8172, "A": 482.01, "alpha": 0.3478, "B": 2085.43, "beta": 0.3658}
SEED_SD = 0.004  # of ln loss: M05, seed noise of small runs between 0.002 and 0.05
BUDGETS = np.geomspace(1e18, 1e21, 7)  # FLOP
RATIOS = np.geomspace(4.0, 120.0, 8)  # tokens per parameter


def true_loss(N: FloatArray, D: FloatArray) -> FloatArray:
    """Expected loss of the world, nat/token."""
    t = TRUTH
    return np.asarray(t["E"] + t["A"] * N ** -t["alpha"] + t["B"] * D ** -t["beta"])


def simulate(seed: int = 0) -> Runs:
    """Runs on isoFLOP slices, with seed noise on log loss."""
    rng = np.random.default_rng(seed)
    C, M = (grid.ravel() for grid in np.meshgrid(BUDGETS, RATIOS, indexing="ij"))
    N = np.sqrt(C / (6.0 * M))
    D = C / (6.0 * N)
    loss = true_loss(N, D) * np.exp(rng.normal(0.0, SEED_SD, len(C)))
    table = pl.DataFrame({"params": N, "tokens": D, "flops": C, "loss": loss})
    provenance = Provenance(f"simulated world 'additive', seed {seed}", table_digest(table))
    return Runs(
        table.with_row_index(ROW, offset=1),
        Conventions(params="total", flops="6ND", loss="nat/token"),
        provenance,
    )
