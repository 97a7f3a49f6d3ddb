"""A product of powers through optima: least squares in logs, with resampled exponents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import FitError

Resample: TypeAlias = Literal["cells", "rows"]
WORDS = {"N": "sizes", "D": "token counts", "B": "batches"}


@dataclass(frozen=True)
class Powers:
    """ln target = ln c + sum of exponent times ln input.

    Attributes
    ----------
    inputs : symbols, in the order of the exponents.
    values : (1 + n_inputs,) ln c, then exponents.
    draws : (n_draws, 1 + n_inputs) the same on resampled cells or rows.
    spread : standard deviation of ln target about the law.
    """

    target: str
    inputs: tuple[str, ...]
    values: FloatArray
    draws: FloatArray
    spread: float

    @property
    def exponents(self) -> dict[str, float]:
        """By input."""
        return dict(zip(self.inputs, map(float, self.values[1:]), strict=True))

    def at(self, **inputs: float) -> float:
        """The target at given inputs."""
        logs = [np.log(inputs[name]) for name in self.inputs]
        return float(np.exp(self.values[0] + self.values[1:] @ np.array(logs)))

    def interval(self, name: str, level: float) -> tuple[float, float] | None:
        """Of ``ln_c`` or of the exponent of an input; None without resamples."""
        if not len(self.draws):
            return None
        column = self.draws[:, ("ln_c", *self.inputs).index(name)]
        tail = 50.0 * (1.0 - level)
        low, high = np.percentile(column, [tail, 100.0 - tail])
        return float(low), float(high)

    def text(self) -> str:
        """One line: ``lr = 78 N^-0.77 D^0.20``."""
        parts = [f"{name}^{value:.3f}" for name, value in self.exponents.items()]
        return f"{self.target} = {np.exp(self.values[0]):.4g} " + " ".join(parts)

    def to_dict(self, level: float) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "target": self.target,
            "ln_c": {"value": float(self.values[0]), "interval": self.interval("ln_c", level)},
            "exponents": {
                name: {"value": value, "interval": self.interval(name, level)}
                for name, value in self.exponents.items()
            },
            "spread": self.spread,
            "resamples": len(self.draws),
        }


def fit_powers(
    target: str,
    values: FloatArray,
    inputs: Mapping[str, FloatArray],
    cells: IntArray,
    *,
    resample: Resample = "cells",
    resamples: int = 1000,
    seed: int = 0,
) -> Powers:
    """Ordinary least squares in logs; every row counts once.

    Parameters
    ----------
    values : (n_rows,) target of each optimum.
    inputs : {symbol: (n_rows,)}
    cells : (n_rows,) label of the cell a row belongs to.
    resample : ``cells`` draws whole cells, for rows of one cell share its noise; ``rows`` draws
        rows, as steplaw2025 does, and is narrower than it should be.

    Raises
    ------
    FitError
        E526 where the inputs do not vary enough to tell the exponents apart.
    """
    design = np.stack([np.ones(len(values)), *(np.log(x) for x in inputs.values())], axis=1)
    log_target = np.log(values)
    if not _determined(design):
        raise _too_alike(target, inputs)
    solution = np.linalg.lstsq(design, log_target, rcond=None)[0]
    spare = max(len(values) - design.shape[1], 1)
    spread = float(np.sqrt(np.sum((log_target - design @ solution) ** 2) / spare))
    rng = np.random.default_rng(seed)
    draws = []
    for _ in range(resamples):
        chosen = _drawn(cells, resample, rng)
        if _determined(design[chosen]):
            draws.append(np.linalg.lstsq(design[chosen], log_target[chosen], rcond=None)[0])
    found = np.array(draws).reshape(-1, design.shape[1])
    return Powers(target, tuple(inputs), solution, found, spread)


def _drawn(cells: IntArray, resample: Resample, rng: np.random.Generator) -> IntArray:
    if resample == "rows":
        return rng.integers(0, len(cells), len(cells))
    labels = np.unique(cells)
    chosen = rng.choice(labels, len(labels))
    return np.concatenate([np.flatnonzero(cells == label) for label in chosen])


def _determined(design: FloatArray) -> bool:
    centred = design[:, 1:] - design[:, 1:].mean(axis=0)
    return len(design) >= design.shape[1] and bool(
        np.linalg.matrix_rank(centred, tol=0.05 * np.sqrt(len(design))) == centred.shape[1]
    )


def _too_alike(target: str, inputs: Mapping[str, Sequence[float] | FloatArray]) -> FitError:
    counts = [f"{len(np.unique(np.round(np.log(x), 2)))} {WORDS[n]}" for n, x in inputs.items()]
    return FitError(
        f"The optima left do not determine how {target} depends on {', '.join(inputs)}.",
        where=", ".join(counts),
        matters="an exponent needs an input that varies, and not in step with another one.",
        do="add cells (sizes and token counts), or widen the rates and batches whose optima were "
        "at an edge.",
        code="E526",
    )
