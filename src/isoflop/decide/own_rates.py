"""The user's own laws of learning rate and batch, read back from ``isoflop rate fit --out``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from typing import Any

from isoflop.core.errors import UsageError

Z90 = 1.645  # standard deviations to either end of a central 90% interval


@dataclass(frozen=True)
class OwnPowers:
    """ln target = ln_c + sum of exponent times ln input.

    Attributes
    ----------
    spread : standard deviation of ln target about the law
    """

    ln_c: float
    exponents: Mapping[str, float]
    spread: float

    def at(self, inputs: Mapping[str, float]) -> tuple[float, float, float]:
        """(value, low, high) at inputs by symbol; the interval is the scatter of the optima."""
        centre = self.ln_c + sum(p * log(inputs[name]) for name, p in self.exponents.items())
        return exp(centre), exp(centre - Z90 * self.spread), exp(centre + Z90 * self.spread)


@dataclass(frozen=True)
class OwnRates:
    """Best learning rate in N (no embeddings) and D, best batch in D; evidence {symbol: range}."""

    lr: OwnPowers
    batch: OwnPowers
    evidence: Mapping[str, tuple[float, float]]


def read_own_rates(path: Path) -> OwnRates:
    """What ``isoflop rate fit --out`` wrote.

    Raises
    ------
    UsageError
        E635 if the file is not one.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        cells = [{key: float(cell[key]) for key in ("N_ne", "D")} for cell in found["cells"]]
        evidence = {
            key: (min(cell[key] for cell in cells), max(cell[key] for cell in cells))
            for key in ("N_ne", "D")
        }
        return OwnRates(_powers(found["lr"]), _powers(found["batch_tokens"]), evidence)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path} holds no fit of learning rate and batch: {error}.",
            where=str(path),
            matters="the settings would rest on something else.",
            do="write it with: isoflop rate fit RUNS --out FILE.",
            code="E635",
        ) from error


def _powers(fields: Mapping[str, Any]) -> OwnPowers:  # Any: whatever the file holds
    exponents = {name: float(one["value"]) for name, one in fields["exponents"].items()}
    if set(exponents) - {"N", "D"}:
        raise ValueError(f"its inputs are {', '.join(exponents)}, not N and D")
    return OwnPowers(float(fields["ln_c"]["value"]), exponents, float(fields["spread"]))
