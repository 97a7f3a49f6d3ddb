"""Best learning rate at a given batch: vertices in ln lr, and a power of size, tokens and batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import FitError
from isoflop.core.explain import Finding
from isoflop.fit.rates.cells import Cell
from isoflop.fit.rates.powers import Powers, Resample, fit_powers
from isoflop.fit.rates.vertex import vertex

MIN_OPTIMA = 5  # assumption: one more than the coefficients of a law in N, D and B


@dataclass(frozen=True)
class RateAtBatch:
    """The law and the vertices behind it.

    Attributes
    ----------
    lr : in N, D and B.
    used : (cell, batch in tokens, best rate, loss there).
    on_edge : (cell, batch) whose best rate was the first or last tried.
    """

    lr: Powers
    used: tuple[tuple[Cell, float, float, float], ...]
    on_edge: tuple[tuple[Cell, float], ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What to be wary of."""
        if not self.on_edge:
            return ()
        text = (
            f"{len(self.on_edge)} of {len(self.on_edge) + len(self.used)} batches have their best "
            "learning rate at or beyond an edge of those tried; left out."
        )
        return (Finding("W527", text),)

    def to_dict(self, level: float = 0.95) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "lr": self.lr.to_dict(level),
            "optima": [
                {"params_non_embedding": cell.N_ne, "tokens": cell.D, "batch_tokens": batch,
                 "lr": lr, "loss": loss}
                for cell, batch, lr, loss in self.used
            ],
            "on_edge": [
                {"params_non_embedding": cell.N_ne, "tokens": cell.D, "batch_tokens": batch}
                for cell, batch in self.on_edge
            ],
        }  # fmt: skip


def fit_at_batch(
    cells: Sequence[Cell],
    *,
    resample: Resample = "cells",
    resamples: int = 1000,
    seed: int = 0,
) -> RateAtBatch:
    """A vertex in ln lr for every size, token count and batch, then least squares in logs.

    Source
    ------
    bjorck2024 for the vertices at one batch; the power of the batch is the slope that the
    square-root and linear rules claim to be 1/2 and 1.

    Raises
    ------
    FitError
        E527 when fewer than five batches have an optimum, E526 when inputs do not vary.
    """
    used: list[tuple[Cell, float, float, float]] = []
    on_edge: list[tuple[Cell, float]] = []
    for cell in cells:
        for batch in map(float, np.unique(cell.batch)):
            beside = cell.batch == batch
            found = vertex(np.log(cell.lr[beside]), cell.loss[beside])
            if found is None:
                on_edge.append((cell, batch))
            else:
                used.append((cell, batch, float(np.exp(found[0])), found[1]))
    if len(used) < MIN_OPTIMA:
        raise FitError(
            f"Only {len(used)} of {len(used) + len(on_edge)} batches have a best learning rate "
            "inside those tried.",
            where=f"{len(cells)} cells of size and tokens",
            matters=f"the law needs {MIN_OPTIMA} or more such optima.",
            do="add learning rates on both sides of each optimum.",
            code="E527",
        )
    labels = [next(i for i, cell in enumerate(cells) if cell is at[0]) for at in used]
    inputs = {
        "N": np.array([cell.N_ne for cell, *_ in used]),
        "D": np.array([cell.D for cell, *_ in used]),
        "B": np.array([batch for _, batch, *_ in used]),
    }
    rates = np.array([lr for *_, lr, _ in used])
    law = fit_powers(
        "lr", rates, inputs, np.array(labels), resample=resample, resamples=resamples, seed=seed
    )
    return RateAtBatch(law, tuple(used), tuple(on_edge))
