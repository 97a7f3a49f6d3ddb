"""How a critical batch grows with the tokens of a run: a straight line in logs, honestly wide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray

LEAST = 3  # a line through two points has no interval


@dataclass(frozen=True)
class Growth:
    """critical = coefficient * tokens^exponent.

    Attributes
    ----------
    exponent_lo, exponent_hi : Student's interval from the scatter of the groups about the line.
    level : of the interval.
    without_one : (least, largest) exponent with one group left out; None with three groups.
    """

    coefficient: float
    exponent: float
    exponent_lo: float
    exponent_hi: float
    level: float
    n_groups: int
    without_one: tuple[float, float] | None

    def at(self, tokens: float) -> float:
        """The critical batch at a token count."""
        return float(self.coefficient * tokens**self.exponent)


def growth(tokens: FloatArray, critical: FloatArray, *, level: float = 0.9) -> Growth | None:
    """Least-squares line of ln critical on ln tokens; None with fewer than three token counts.

    Parameters
    ----------
    tokens, critical : (n_groups,) tokens.
    """
    from scipy.stats import t

    n = len(tokens)
    if n < LEAST or len(np.unique(tokens)) < LEAST:
        return None
    x, y = np.log(tokens), np.log(critical)
    slope, start = _line(x, y)
    spread = float(np.sum((y - start - slope * x) ** 2)) / (n - 2)
    error = np.sqrt(spread / np.sum((x - x.mean()) ** 2))
    reach = float(t.ppf(0.5 + level / 2.0, n - 2) * error)
    others = [_line(np.delete(x, i), np.delete(y, i))[0] for i in range(n)] if n > LEAST else []
    return Growth(
        coefficient=float(np.exp(start)),
        exponent=slope,
        exponent_lo=slope - reach,
        exponent_hi=slope + reach,
        level=level,
        n_groups=n,
        without_one=(min(others), max(others)) if others else None,
    )


def _line(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    centred = x - x.mean()
    slope = float(np.sum(centred * y) / np.sum(centred**2))
    return slope, float(y.mean() - slope * x.mean())
