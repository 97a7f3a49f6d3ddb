"""The mixing law of two sources, ``c + exp(k*x + b)`` in one share: continual training (X01)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError

FLOORS = 1000  # ye2024 code: values of c scanned from zero to the least loss
FEWEST = 3  # with two points any c fits


@dataclass(frozen=True)
class TwoSources:
    """Loss ``c + exp(k*x + b)`` nat/token at share x of one of two sources."""

    c: float
    k: float
    b: float

    def loss(self, x: FloatArray) -> FloatArray:
        """Loss (n,) at shares (n,)."""
        return np.asarray(self.c + np.exp(self.k * x + self.b))

    def share_at(self, loss: float) -> float | None:
        """The share x at which the loss is this; None if no share in (0, 1) gives it."""
        if loss <= self.c or self.k == 0.0:
            return None
        share = float((np.log(loss - self.c) - self.b) / self.k)
        return share if 0.0 <= share <= 1.0 else None


def fit_two_sources(x: FloatArray, loss: FloatArray) -> TwoSources:
    """Scan the floor for the straightest log, then fit slope and offset on the loss itself.

    The floor stays where the scan puts it, as in the authors' code: freeing all three moves the
    critical share of their example from 0.286 to 0.283.

    Parameters
    ----------
    x, loss : (n_mixtures,)

    Raises
    ------
    FitError
        E544 if there are fewer than three different shares.
    """
    from scipy.optimize import least_squares

    if len(np.unique(x)) < FEWEST:
        raise FitError(
            f"{len(np.unique(x))} different shares cannot determine a curve of three numbers.",
            where="shares of one source",
            matters="any floor would fit.",
            do=f"measure at least {FEWEST} mixtures, better five.",
            code="E544",
        )
    floors = np.linspace(0.0, float(loss.min()), FLOORS, endpoint=False)
    logs = np.log(loss[None, :] - floors[:, None])
    centred, spread = logs - logs.mean(axis=1, keepdims=True), x - x.mean()
    correlation = np.abs(centred @ spread) / np.linalg.norm(centred, axis=1)
    best = int(np.argmax(correlation))
    c = float(floors[best])
    k, b = np.polyfit(x, logs[best], 1)
    solved = least_squares(
        lambda p: c + np.exp(p[0] * x + p[1]) - loss, [k, b], xtol=1e-15, ftol=1e-15, gtol=1e-15
    )
    return TwoSources(c, float(solved.x[0]), float(solved.x[1]))
