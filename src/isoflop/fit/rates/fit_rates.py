"""Best learning rate and batch as powers of size and tokens: ``fit_rates(cells) -> RateFit``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import FitError
from isoflop.core.explain import Finding
from isoflop.fit.rates.cells import Cell
from isoflop.fit.rates.optima import Settings, get_optima
from isoflop.fit.rates.powers import Powers, Resample, fit_powers

MIN_CELLS = 3  # assumption: as many as the law of the rate has coefficients
RESAMPLES = 1000  # steplaw2025


@dataclass(frozen=True)
class RateFit:
    """The laws and the optima behind them.

    Attributes
    ----------
    lr : in N and D, at the best batch.
    batch : tokens a step, in D alone as steplaw2025 has it.
    batch_in_both : the same with N beside D, to see whether size matters; None where the cells
        cannot tell.
    used : cells with their settings; ``left_out`` with the reason.
    """

    lr: Powers
    batch: Powers
    batch_in_both: Powers
    used: tuple[tuple[Cell, Settings], ...]
    left_out: tuple[tuple[Cell, str], ...]
    optimum: str
    resample: Resample

    def setting(self, cell: Cell) -> tuple[float, float]:
        """Learning rate and batch the laws give at the size and tokens of a cell."""
        return self.lr.at(N=cell.N_ne, D=cell.D), self.batch.at(D=cell.D)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What to be wary of."""
        if not self.left_out:
            return ()
        reasons = "; ".join(f"{cell.name}: {why}" for cell, why in self.left_out)
        return (Finding("W526", f"{len(self.left_out)} cells left out. {reasons}."),)

    def to_dict(self, level: float = 0.95) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "optimum": self.optimum,
            "resample": self.resample,
            "level": level,
            "lr": self.lr.to_dict(level),
            "batch_tokens": self.batch.to_dict(level),
            "batch_tokens_in_both": self.batch_in_both.to_dict(level),
            "cells": [
                {**cell.to_dict(), "lr": found.centre[0], "batch_tokens": found.centre[1],
                 "settings": len(found.lr)}
                for cell, found in self.used
            ],
            "left_out": [{**cell.to_dict(), "reason": why} for cell, why in self.left_out],
        }  # fmt: skip


def fit_rates(
    cells: Sequence[Cell],
    *,
    optimum: str = "near",
    resample: Resample = "cells",
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> RateFit:
    """Optima of every cell, and least-squares powers through them.

    Parameters
    ----------
    optimum : ``near`` (steplaw2025), ``vertex`` (bjorck2024, in two axes) or ``akima``
        (porian2024).
    resample : see :func:`isoflop.fit.rates.powers.fit_powers`.

    Raises
    ------
    FitError
        E527 when fewer than three cells have an optimum, E526 when they are too alike.
    """
    way = get_optima(optimum)
    found = [(cell, way.find(cell)) for cell in cells]
    used = tuple((cell, at) for cell, at in found if isinstance(at, Settings))
    left_out = tuple((cell, why) for cell, why in found if isinstance(why, str))
    if len(used) < MIN_CELLS:
        raise _too_few(used, left_out)
    counts = [len(at.lr) for _, at in used]
    N, D = (np.repeat([getattr(cell, name) for cell, _ in used], counts) for name in ("N_ne", "D"))
    labels = np.repeat(np.arange(len(used)), counts)
    lr, batch = (np.concatenate([getattr(at, name) for _, at in used]) for name in ("lr", "batch"))

    def powers(target: str, inputs: str) -> Powers:
        columns = {name: {"N": N, "D": D}[name] for name in inputs}
        values = lr if target == "lr" else batch
        return fit_powers(
            target, values, columns, labels, resample=resample, resamples=resamples, seed=seed
        )

    return RateFit(
        powers("lr", "ND"),
        powers("batch_tokens", "D"),
        powers("batch_tokens", "ND"),
        used,
        left_out,
        way.name,
        resample,
    )


def _too_few(
    used: Sequence[tuple[Cell, Settings]], left_out: Sequence[tuple[Cell, str]]
) -> FitError:
    reasons = "; ".join(f"{cell.name}: {why}" for cell, why in left_out)
    return FitError(
        f"Only {len(used)} of {len(used) + len(left_out)} cells have a best learning rate and "
        "batch inside those tried.",
        where=reasons or f"{len(used)} cells",
        matters=f"the laws need {MIN_CELLS} or more cells of different size and tokens.",
        do="widen the sweep beyond the edges named; where only batches end at an edge, fit the "
        "rate at each batch: --at-batch.",
        code="E527",
    )
