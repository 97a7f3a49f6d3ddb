"""How many entries the vocabulary of a model should have, by three routes (vocabulary2024)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import PlanError
from isoflop.laws.catalogue import get_published
from isoflop.laws.vocabulary.vocab_growth import ANCHOR
from isoflop.laws.vocabulary.vocab_parametric import BILLION, MILLION

SIZE_LOG = -2.4846510161625193  # vocabulary2024, approach 1: N_ne = exp(SIZE_LOG) * C^0.5
FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020
LOWEST, HIGHEST = 1e3, 1e13  # vocabulary parameters; wider than any model
TILE, COARSE = 128, 4096  # entries: what kernels like, and a step finer than the routes agree
HALVINGS = 60  # of the bracket in logs: below the spacing of float64


@dataclass(frozen=True)
class Vocabularies:
    """Entries by each route for one model.

    Attributes
    ----------
    C : training FLOP the answers are for.
    isoflop, derivative, parametric : entries.
    """

    C: float
    isoflop: float
    derivative: float
    parametric: float

    @property
    def spread(self) -> float:
        """Largest over smallest answer."""
        answers = (self.isoflop, self.derivative, self.parametric)
        return max(answers) / min(answers)


def balanced_compute(N_ne: float, K1: float = SIZE_LOG) -> float:
    """Training FLOP at which N_ne other parameters are compute-optimal."""
    return float((N_ne * np.exp(-K1)) ** 2)


def by_isoflop(C: float, width: float, values: Mapping[str, float]) -> float:
    """Entries at C FLOP; ``values`` of the law vocab_isoflop."""
    return float(np.exp(values["K"] + values["a"] * np.log(C)) / width)


def by_derivative(N_ne: float, width: float, values: Mapping[str, float]) -> float:
    """Entries for N_ne other parameters; ``values`` of the law vocab_growth."""
    return float(values["N_0"] * (N_ne / ANCHOR) ** values["g"] / width)


def by_parametric(N_ne: float, width: float, C: float, values: Mapping[str, float]) -> float:
    """Entries of least loss at any C FLOP; ``values`` of the law vocab_parametric.

    More vocabulary leaves fewer tokens: D = C/(6*(N_ne + N_v)).

    Raises
    ------
    PlanError
        E552 if the loss has no minimum in the vocabulary.
    """
    a, a2 = values["a"], values["a2"]
    others = N_ne / MILLION
    budget = C / (MILLION * BILLION)
    price = a * values["B"] * (FLOP_PER_PARAMETER_TOKEN / budget) ** a

    def slope(n: float) -> float:
        return float(price * (others + n) ** (a - 1.0) - a2 * values["A2"] * n ** -(a2 + 1.0))

    low, high = LOWEST / MILLION, HIGHEST / MILLION
    if not slope(low) < 0.0 < slope(high):
        raise PlanError(
            f"The loss has no minimum in the vocabulary at {C:g} FLOP and {N_ne:g} parameters.",
            where="vocabulary",
            matters="the law would be used far from the runs behind it.",
            do="choose a budget and a size nearer to the runs of the fit.",
            code="E552",
        )
    for _ in range(HALVINGS):
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if slope(middle) < 0.0 else (low, middle)
    return float(np.sqrt(low * high) * MILLION / width)


def best_vocabularies(N_ne: float, width: float, C: float | None = None) -> Vocabularies:
    """Entries by the published coefficients of each route.

    Parameters
    ----------
    N_ne : parameters without vocabulary.
    C : training FLOP; by default those at which N_ne is compute-optimal. Route 2 does not know C.

    Example
    -------
    >>> round(best_vocabularies(7e9, 4096).isoflop)
    62281
    """
    budget = balanced_compute(N_ne) if C is None else C
    published = {
        name: get_published(f"{name}@vocabulary2024")[1].values
        for name in ("vocab_isoflop", "vocab_growth", "vocab_parametric")
    }
    return Vocabularies(
        C=budget,
        isoflop=by_isoflop(budget, width, published["vocab_isoflop"]),
        derivative=by_derivative(N_ne, width, published["vocab_growth"]),
        parametric=by_parametric(N_ne, width, budget, published["vocab_parametric"]),
    )


def middle_vocabulary(found: Vocabularies) -> int:
    """The geometric middle of the routes, in multiples that kernels like."""
    middle = (found.isoflop * found.derivative * found.parametric) ** (1.0 / 3.0)
    step = COARSE if middle > 4 * COARSE else TILE
    steps: int = round(middle / step)
    return max(step, steps * step)
