"""The learning rates a run takes, step by step, and the steps at which its loss is asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import UsageError


@dataclass(frozen=True, eq=False)
class Course:
    """What a curve law takes: rates (n_total,), steps (n,) and what a run has beside them.

    Attributes
    ----------
    rates : learning rate of step 1, 2, ... n_total, as the optimiser takes it.
    steps : rising step numbers, the first step is 1.
    warmup_area : sum of the rates of a warm-up that came before step 1 and is kept apart.
    before : learning rate before step 1; that of step 1 itself where None.
    size : parameters N, for laws that have it.
    """

    rates: FloatArray
    steps: IntArray
    warmup_area: float = 0.0
    before: float | None = None
    size: float | None = None

    @classmethod
    def of(
        cls,
        rates: ArrayLike,
        steps: ArrayLike | None = None,
        *,
        warmup_area: float = 0.0,
        before: float | None = None,
        size: float | None = None,
    ) -> Course:
        """A course from anything array-like; every step is asked where none are named.

        Raises
        ------
        UsageError
            E536 unless the rates are finite and not negative, the first is positive, and the steps
            rise within them.
        """
        values = np.asarray(rates, dtype=np.float64)
        if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
            raise _refused("The learning rates are not a list of finite numbers.")
        if (values < 0.0).any() or not values[0] > 0.0:
            raise _refused("A learning rate is negative, or the first one is not positive.")
        wanted = np.arange(1, len(values) + 1) if steps is None else np.asarray(steps)
        asked = wanted.astype(np.int64)
        inside = len(asked) > 0 and asked[0] >= 1 and asked[-1] <= len(values)
        if not inside or (np.diff(asked) <= 0).any() or (asked != wanted).any():
            raise _refused(f"The steps do not rise from 1 to {len(values)} in whole numbers.")
        return cls(values, asked, warmup_area, before, size)

    @cached_property
    def area(self) -> FloatArray:
        """Sum of the rates up to each step asked, (n,)."""
        return self.summed[self.steps]

    @cached_property
    def summed(self) -> FloatArray:
        """Sum of the rates of the first 0, 1, ... n_total steps, (n_total + 1,)."""
        return np.concatenate([[0.0], np.cumsum(self.rates)])

    @cached_property
    def changes(self) -> FloatArray:
        """By how much the rate fell at each step, (n_total,); negative where it rose."""
        first = self.rates[0] if self.before is None else self.before
        return np.concatenate([[first], self.rates[:-1]]) - self.rates

    def slope(self, of_changes: FloatArray) -> FloatArray:
        """Derivative in the rates from the derivative in the changes, (n_total,) both."""
        found = -np.array(of_changes)
        if self.before is None:
            found[0] = 0.0  # the rate before step 1 moves with that of step 1
        found[:-1] += of_changes[1:]
        return found


def _refused(what: str) -> UsageError:
    return UsageError(
        what,
        where="learning rates by step",
        matters="a curve law sums the learning rate over every step.",
        do="give one rate a step, and steps inside the run.",
        code="E536",
    )
