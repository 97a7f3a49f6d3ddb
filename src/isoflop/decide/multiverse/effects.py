"""Which choice moves the decision: main effects of an additive model of ln N* over universes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray


@dataclass(frozen=True)
class Effect:
    """One choice.

    Attributes
    ----------
    share : of the variance of ln N* that only this choice explains (0 to 1)
    factor : largest over smallest N* between its options, the other choices held
    options : {option: factor in N* against the usual option}
    """

    choice: str
    share: float
    factor: float
    options: Mapping[str, float]

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "choice": self.choice,
            "share": self.share,
            "factor": self.factor,
            "options": dict(self.options),
        }


def main_effects(
    picks: Sequence[Mapping[str, str]], values: FloatArray
) -> tuple[list[Effect], float]:
    """Effects, the largest share first, and the share that no choice alone explains.

    Over all combinations the shares are first-order Sobol indices and sum to one with the rest;
    where some universes failed they are those of the additive least-squares model.

    Parameters
    ----------
    picks : {choice: option} of each universe; the first one is the usual.
    values : (n_universes,) ln N*.
    """
    names = list(picks[0])
    centred = values - values.mean()
    total = float(centred @ centred)
    columns = {name: _dummies([pick[name] for pick in picks]) for name in names}
    full = _solve(columns, values)
    rest = _left(columns, values)
    effects = []
    place = 1
    for name in names:
        labels, dummies = columns[name]
        coefficients = full[place : place + dummies.shape[1]]
        place += dummies.shape[1]
        others = {key: column for key, column in columns.items() if key != name}
        gained = _left(others, values) - rest
        levels = np.concatenate([[0.0], coefficients])
        factors = dict(zip(labels, map(float, np.exp(levels)), strict=True))
        share = gained / total if total > 0.0 else 0.0
        effects.append(Effect(name, share, float(np.exp(np.ptp(levels))), factors))
    effects.sort(key=lambda effect: -effect.share)
    return effects, rest / total if total > 0.0 else 0.0


def _dummies(labels: Sequence[str]) -> tuple[list[str], FloatArray]:
    """Options in order of appearance (the usual first), and a column for each but the first."""
    names = list(dict.fromkeys(labels))
    return names, np.array([[float(label == name) for name in names[1:]] for label in labels])


def _solve(columns: Mapping[str, tuple[list[str], FloatArray]], values: FloatArray) -> FloatArray:
    design = np.column_stack([np.ones(len(values)), *(c for _, c in columns.values())])
    return np.asarray(np.linalg.lstsq(design, values, rcond=None)[0])


def _left(columns: Mapping[str, tuple[list[str], FloatArray]], values: FloatArray) -> float:
    design = np.column_stack([np.ones(len(values)), *(c for _, c in columns.values())])
    residual = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    return float(residual @ residual)
