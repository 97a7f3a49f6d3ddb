"""Whether a benchmark score may be extrapolated as monotone: a test for U shapes (mckenzie2023)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError, FitError

BETTER = 4.0  # catalogue X83: by how much AICc must prefer the parabola
FALLS = 3  # catalogue X83: successive falls that are a trend
LEAST_POINTS = 6  # AICc of a parabola needs more points than its four numbers and one


@dataclass(frozen=True)
class ScoreShape:
    """What the points say about a score against compute.

    Attributes
    ----------
    delta_aicc : AICc of the line less that of the parabola in ln C; None with too few points
    turn : compute at the vertex of the parabola; None where the parabola is not preferred
    opens_up : whether it is a U; None as above
    falls : longest run of successive falls
    reasons : why a monotone forecast is refused; empty where it is not
    """

    delta_aicc: float | None
    turn: float | None
    opens_up: bool | None
    falls: int
    reasons: tuple[str, ...]

    @property
    def is_monotone(self) -> bool:
        """Whether a monotone forecast is allowed."""
        return not self.reasons

    def check(self, where: str) -> None:
        """Refuse a monotone forecast.

        Raises
        ------
        FitError
            E559 if the shape does not allow one.
        """
        if self.reasons:
            raise FitError(
                f"The score may not be extrapolated as monotone: {'; '.join(self.reasons)}.",
                where=where,
                matters="inverse scaling may turn into a U: 6 of 11 such tasks did with five times "
                "the compute (arXiv 2211.02011).",
                do="fit u_shape to see how it may turn, or measure a larger model.",
                code="E559",
            )


def score_shape(compute: FloatArray, score: FloatArray) -> ScoreShape:
    """Compare a line and a parabola in ln C, and look for successive falls.

    Parameters
    ----------
    compute, score : (n,) of models of one recipe, higher scores better.

    Raises
    ------
    DataError
        E559 with fewer than four points.
    """
    if len(compute) < FALLS + 1:
        raise DataError(
            f"{len(compute)} models cannot show the shape of a score.",
            where="compute, score",
            matters=f"{FALLS} successive changes need {FALLS + 1} models.",
            do="score more models of the same recipe.",
            code="E559",
        )
    order = np.argsort(compute, kind="stable")
    x, y = np.log(compute[order]), score[order]
    falls = _longest_fall(y)
    reasons = [f"{falls} successive models fall"] if falls >= FALLS else []
    delta, turn, opens_up = None, None, None
    if len(x) >= LEAST_POINTS:
        centre = float(x.mean())
        line, parabola = (np.polyfit(x - centre, y, degree) for degree in (1, 2))
        delta = _aicc(y - np.polyval(line, x - centre), 3) - _aicc(
            y - np.polyval(parabola, x - centre), 4
        )
        if delta > BETTER:
            turn = float(np.exp(np.clip(centre - parabola[1] / (2.0 * parabola[0]), -700.0, 700.0)))
            opens_up = bool(parabola[0] > 0.0)
            kind = "U" if opens_up else "arch"
            reasons.append(f"a parabola ({kind}, turning near {turn:.2g}) beats a line")
    return ScoreShape(delta, turn, opens_up, falls, tuple(reasons))


def _longest_fall(y: FloatArray) -> int:
    longest = current = 0
    for before, after in pairwise(y):
        current = current + 1 if after < before else 0
        longest = max(longest, current)
    return longest


def _aicc(rest: FloatArray, k: int) -> float:
    """Corrected information criterion of a least-squares fit with k numbers, the noise included."""
    n = len(rest)
    variance = max(float(rest @ rest) / n, 1e-24)  # an exact fit is judged by its size alone
    return n * float(np.log(variance)) + 2.0 * k + 2.0 * k * (k + 1) / (n - k - 1)
