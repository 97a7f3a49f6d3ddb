"""Forecasts of a law at chosen inputs, with intervals where the doubt is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from isoflop.core.arrays import FloatArray


@dataclass(frozen=True)
class Prediction:
    """Forecasts with intervals; lo and hi are None where nothing is known of the doubt.

    Attributes
    ----------
    value : (n,) in the unit of the target
    lo, hi : (n,) central interval at ``level``
    """

    inputs: Mapping[str, FloatArray]
    value: FloatArray
    lo: FloatArray | None
    hi: FloatArray | None
    level: float

    def to_dict(self) -> dict[str, object]:
        """The contract of ``predict``: one point per row."""
        points = []
        for i, value in enumerate(self.value):
            points.append(
                {
                    "inputs": {name: float(array[i]) for name, array in self.inputs.items()},
                    "value": float(value),
                    "lo": None if self.lo is None else float(self.lo[i]),
                    "hi": None if self.hi is None else float(self.hi[i]),
                    "level": self.level,
                }
            )
        return {"points": points}
