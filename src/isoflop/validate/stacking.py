"""A forecast of several laws together, weighted by how each looked back on the training runs.

Weights are simplex least squares (Breiman 1996, stacked regressions) on the log errors of looks
back: the sum of laws that would have forecast the upper training runs best. They see no held-out
run. Laws that end at zero are left out where others are there: far from the data they part from
every table we know, and looks back are too short to show it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import UsageError
from isoflop.core.explain import Finding
from isoflop.core.quantities import format_count
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.laws.law import Law
from isoflop.validate.extrapolation import Extrapolation, extrapolation_of, spans
from isoflop.validate.looks import Look
from isoflop.validate.told import Told, combined, told_by

NAME = "stack"
FIRM = 1e3  # weight of "weights add up to one" in the least squares


@dataclass(frozen=True)
class Stack:
    """Laws and their weights, which add up to one.

    Attributes
    ----------
    weights : by law; those that were left out or got nothing are zero
    looks : of the weighted sum, one an origin where all its laws could be fitted
    """

    weights: Mapping[str, float]
    looks: tuple[Look, ...]
    extrapolation: Extrapolation

    def told(self, parts: Mapping[str, Told]) -> Told:
        """The weighted sum of what the laws say."""
        return combined(parts, self.weights)

    def predict(
        self,
        fits: Mapping[str, Fit],
        test: Runs,
        log_reach: FloatArray,
        levels: tuple[float, ...] = (0.9,),
    ) -> tuple[FloatArray, dict[float, tuple[FloatArray, FloatArray]]]:
        """Forecasts of runs not yet made, (n_test,), and their intervals by level.

        Parameters
        ----------
        fits : of every law with weight, to all training runs
        log_reach : natural log of the factor beyond the largest training run, zero inside
        """
        told = self.told({name: told_by(fits[name], test) for name, w in self.weights.items() if w})
        return np.exp(told.log_value), spans(told, log_reach, self.extrapolation, levels)

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {"weights": dict(self.weights), "looks": len(self.looks)}


def stack_of(
    laws: Sequence[Law], looks: Mapping[str, Sequence[Look]], seed_sd: float | None = None
) -> Stack:
    """Weights from the looks back of two laws or more.

    Without an origin that all of them share, each gets the same weight.

    Parameters
    ----------
    looks : by law, of one training table and one split
    seed_sd : of repeated runs, if there are any

    Raises
    ------
    UsageError
        E600 with fewer than two laws.
    """
    if len(looks) < 2:
        raise too_few(list(looks))
    known = [law for law in laws if law.name in looks]
    lasting = [law.name for law in known if not _ends_at_zero(law)]
    names = lasting if lasting else [law.name for law in known]
    shared = sorted(set.intersection(*({item.cut for item in looks[n]} for n in names)))
    chosen = {n: [item for item in looks[n] if item.cut in shared] for n in names}
    shares = _simplex(chosen) if shared else np.full(len(names), 1.0 / len(names))
    weights = dict.fromkeys(looks, 0.0) | dict(zip(names, map(float, shares), strict=True))
    summed = tuple(_summed([chosen[n][i] for n in names], shares) for i in range(len(shared)))
    return Stack(weights, summed, extrapolation_of(summed, seed_sd))


def too_few(names: Sequence[str]) -> UsageError:
    """Error E600: nothing to stack."""
    return UsageError(
        "A stack needs two laws or more.",
        where=f"laws: {', '.join(names) or 'none'}",
        matters="a weighted sum of one law is that law.",
        do="name more laws, for example: --law chinchilla --law skaling --law farseer",
        code="E600",
    )


def stack_findings(stacks: Mapping[float, Stack]) -> tuple[Finding, ...]:
    """W600: thresholds where no look back was shared, so that every law counts alike."""
    blind = [format_count(threshold) for threshold, stack in stacks.items() if not stack.looks]
    if not blind:
        return ()
    text = (
        f"too few runs to weigh the laws of the stack up to {', '.join(blind)}; there each counts "
        "alike."
    )
    return (Finding("W600", text),)


def _ends_at_zero(law: Law) -> bool:
    return any(claim.kind == "tends to" and not claim.limit for claim in law.claims)


def _simplex(looks: Mapping[str, Sequence[Look]]) -> FloatArray:
    """Weights >= 0 of sum one with the least mean squared error, every origin counted alike.

    Each origin is scaled by the geometric mean of its laws' errors: the first, from the fewest
    runs, would else decide alone.
    """
    from scipy.optimize import nnls

    blocks = []
    for at in zip(*looks.values(), strict=True):
        errors = np.column_stack([look.error for look in at])
        size = np.exp(0.5 * np.mean(np.log(np.mean(errors**2, axis=0) + 1e-12)))
        blocks.append(errors / (size * np.sqrt(len(errors))))
    n_laws = len(looks)
    rows = np.vstack([*blocks, np.full((1, n_laws), FIRM)])
    goal = np.zeros(len(rows))
    goal[-1] = FIRM
    weights = np.asarray(nnls(rows, goal)[0])
    return np.asarray(weights / weights.sum())


def _summed(at: Sequence[Look], shares: FloatArray) -> Look:
    error = np.sum([share * look.error for look, share in zip(at, shares, strict=True)], axis=0)
    first = at[0]
    return Look(first.cut, first.rows, error, first.reach, first.n_below)
