"""Which law forecasts best, and which cannot be told from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.validate.score import Forecast

TIE_ERRORS = 1.0  # one-standard-error rule (Breiman et al. 1984) on paired differences


@dataclass(frozen=True)
class Selection:
    """The law with the lowest held-out error, and its ties.

    Attributes
    ----------
    best : name of the law
    ties : other laws whose paired difference from the best is within one standard error
    ranking : {law: mean ARE where all laws forecast, each run counted once}, best first
    """

    best: str
    ties: tuple[str, ...]
    ranking: Mapping[str, float]

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "best": self.best,
            "ties": list(self.ties),
            "ranking": [{"law": law, "are_mean_by_run": are} for law, are in self.ranking.items()],
        }


def select(forecasts: Mapping[str, Sequence[Forecast]]) -> Selection:
    """Rank laws by mean ARE over the thresholds where every law could be fitted.

    Errors of a run held out at several thresholds are averaged first, so that it counts once in
    the standard error.
    """
    shared = set.intersection(*({f.threshold for f in items} for items in forecasts.values()))
    errors = {
        law: _by_run([f for f in items if not shared or f.threshold in shared])
        for law, items in forecasts.items()
    }
    means = {law: float(np.mean(values)) for law, values in errors.items()}
    ranking = dict(sorted(means.items(), key=lambda item: (item[1], item[0])))
    best = next(iter(ranking))
    ties = [law for law in ranking if law != best and _tied(errors[law], errors[best])]
    return Selection(best, tuple(ties), ranking)


def _by_run(forecasts: Sequence[Forecast]) -> FloatArray:
    rows = np.concatenate([item.rows for item in forecasts])
    error = np.concatenate([item.absolute_error for item in forecasts])
    _, place = np.unique(rows, return_inverse=True)
    return np.bincount(place, weights=error) / np.bincount(place)


def _tied(error: FloatArray, best: FloatArray) -> bool:
    if len(error) != len(best) or len(error) < 2:
        return bool(np.mean(error) <= np.mean(best))
    difference = error - best
    doubt = float(np.std(difference, ddof=1)) / float(np.sqrt(len(difference)))
    return float(np.mean(difference)) <= TIE_ERRORS * doubt
