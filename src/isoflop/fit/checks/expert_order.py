"""Does a fitted law of mixtures of experts order them as it must, inside its evidence?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.check import Check, Examined
from isoflop.fit.fit import Fit

POINTS = 25  # steps over the evidence; the laws are smooth in experts and sparsity


def find(examined: Examined) -> Iterator[str]:
    fit = examined.fit
    if fit.law.name == "moe_sparsity":
        yield from _sparsity(fit)
    if fit.law.name == "moe_joint":
        experts = np.geomspace(*fit.evidence["E_x"], POINTS)
        if not _falls(fit, {"E_x": experts, "N_active": _middle(fit, "N_active")}):
            yield "the loss rises with experts at fixed active parameters and tokens."


def _sparsity(fit: Fit) -> Iterator[str]:
    sparsity = np.linspace(*fit.evidence["sparsity"], POINTS)
    size = _middle(fit, "N")
    # From the densest model on: equal total size, then all weights in experts, equal active size.
    if not _falls(fit, {"sparsity": sparsity[::-1], "N": size}):
        yield "the loss falls with sparsity at fixed total parameters."
    total = size * (1.0 - sparsity[0]) / (1.0 - sparsity)
    if not _falls(fit, {"sparsity": sparsity, "N": total}):
        yield "the loss rises with sparsity at fixed active parameters."


def _falls(fit: Fit, at: Mapping[str, FloatArray | float]) -> bool:
    loss = fit.law.predict({**at, "D": _middle(fit, "D")}, fit.values)
    return bool((np.diff(loss) <= 0.0).all())


def _middle(fit: Fit, symbol: str) -> float:
    low, high = fit.evidence[symbol]
    return float(np.sqrt(low * high))


CHECK = Check("W314", "sparser or more experts, in the order the field measures", find)
