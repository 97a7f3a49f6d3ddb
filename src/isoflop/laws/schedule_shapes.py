"""Learning rate of every step for schedules known by name, in plain NumPy.

Steps and end points are those of the trainer: warm-up is linear and reaches the top at its last
step; a rate that ends at zero would do so one step after the last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import UsageError, unknown_name

HALVINGS = 10.0  # minicpm2024: H is a tenth of the decay, so a run ends at 2^-10 of its top
_FRACTION = 0.2  # haegele2024: 10 to 20% of the steps
_TENTH = 0.1  # hoffmann2022: the floor of their cosine
_POWER = -0.51  # powersched2024


@dataclass(frozen=True)
class Plan:
    """A named schedule with its numbers.

    Attributes
    ----------
    steps, warmup : steps of the whole run, and of its linear warm-up.
    peak : largest learning rate.
    decay : share of all steps in the last decay, for schedules that have one.
    """

    name: str
    steps: int
    peak: float
    warmup: int = 0
    decay: float = _FRACTION

    def __post_init__(self) -> None:
        if self.name not in SHAPES:
            raise unknown_name("schedule", self.name, SHAPES, "isoflop curves predict --help")
        wrong = None
        if self.steps < 1 or not 0 <= self.warmup < self.steps:
            wrong = f"It has {self.steps} steps, {self.warmup} of them warm-up."
        elif not (np.isfinite(self.peak) and self.peak > 0.0):
            wrong = f"Its peak is {self.peak:g}."
        elif not 0.0 < self.decay <= 1.0:
            wrong = f"Its decay takes {self.decay:g} of the steps."
        if wrong:
            raise UsageError(
                f"The schedule '{self.name}' is impossible. {wrong}",
                where="schedule",
                matters="the learning rate of every step is needed.",
                do="give steps above warm-up, a positive peak and a decay between 0 and 1.",
                code="E536",
            )

    @property
    def rates(self) -> FloatArray:
        """Learning rate of step 1 to ``steps``, warm-up included."""
        step = np.arange(self.steps, dtype=np.float64)
        rising = (step + 1.0) / max(self.warmup, 1)
        falling = SHAPES[self.name](step, self)
        return self.peak * np.where(step < self.warmup, rising, falling)


def _since_warmup(step: FloatArray, plan: Plan) -> FloatArray:
    return np.clip((step - plan.warmup) / (plan.steps - plan.warmup), 0.0, 1.0)


def _decayed(step: FloatArray, plan: Plan) -> FloatArray:
    start = plan.steps * (1.0 - plan.decay)
    return np.clip((step - start) / (plan.steps - start), 0.0, 1.0)


def _knee(plan: Plan, step: FloatArray) -> FloatArray:
    return np.maximum(step + 1.0, max(plan.warmup, 1)) / max(plan.warmup, 1)


def _cosine(step: FloatArray, plan: Plan) -> FloatArray:
    return np.asarray(0.5 * (1.0 + np.cos(np.pi * _since_warmup(step, plan))))


SHAPES: Mapping[str, Callable[[FloatArray, Plan], FloatArray]] = {
    "constant": lambda step, plan: np.ones_like(step),
    "cosine": _cosine,
    "cosine_tenth": lambda step, plan: _TENTH + (1.0 - _TENTH) * _cosine(step, plan),
    "linear": lambda step, plan: 1.0 - _since_warmup(step, plan),
    "wsd": lambda step, plan: 1.0 - np.sqrt(_decayed(step, plan)),
    "wsd_linear": lambda step, plan: 1.0 - _decayed(step, plan),
    "wsd_halving": lambda step, plan: 0.5 ** (HALVINGS * _decayed(step, plan)),
    "inverse_sqrt": lambda step, plan: _knee(plan, step) ** -0.5 * (1.0 - _decayed(step, plan)),
    "power": lambda step, plan: _knee(plan, step) ** _POWER * (1.0 - _decayed(step, plan)),
}
"""Factor of the peak after warm-up, by name: (step from 0, plan) -> (n,)."""
