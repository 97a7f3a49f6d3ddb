"""A fit as the engine sees it: a law, data, an objective and a layout of free coordinates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.fit.objective import Objective
from isoflop.laws.jet import Jet
from isoflop.laws.law import Law
from isoflop.laws.parameter import Parameter
from isoflop.laws.traced import Operand


@dataclass(frozen=True)
class Slot:
    """One free coordinate: which parameter, in which group (None: shared by all runs)."""

    parameter: Parameter
    position: int
    group: int | None

    @property
    def low(self) -> float:
        """Lower bound in the coordinate."""
        return float(np.log(self.parameter.low)) if self.parameter.is_scale else self.parameter.low

    @property
    def high(self) -> float:
        """Upper bound in the coordinate."""
        return (
            float(np.log(self.parameter.high)) if self.parameter.is_scale else self.parameter.high
        )


@dataclass(frozen=True)
class Problem:
    """Data and law, with parameters laid out as coordinates.

    Scale parameters (bounds decades apart) are searched in logs. Parameters may be held fixed, or
    free per group of runs while others are shared.

    Attributes
    ----------
    inputs : one array (n_runs,) per law input
    target : (n_runs,)
    groups : (n_runs,) group index of each run; all zero without groups
    per_group : names of the parameters that are free in each group
    """

    law: Law
    inputs: tuple[FloatArray, ...]
    target: FloatArray
    objective: Objective
    fixed: Mapping[str, float]
    groups: IntArray
    per_group: tuple[str, ...] = ()

    @property
    def n_runs(self) -> int:
        """Number of rows."""
        return len(self.target)

    @cached_property
    def n_groups(self) -> int:
        """Number of groups; 1 without groups."""
        return int(self.groups.max()) + 1 if len(self.groups) else 1

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The free coordinates, in order."""
        slots: list[Slot] = []
        for position, parameter in enumerate(self.law.parameters):
            if parameter.name in self.fixed:
                continue
            members: Sequence[int | None] = (
                range(self.n_groups) if parameter.name in self.per_group else (None,)
            )
            slots.extend(Slot(parameter, position, group) for group in members)
        return tuple(slots)

    @cached_property
    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Lower and upper bounds of the coordinates, (n_coordinates,) each."""
        return (
            np.array([slot.low for slot in self.slots]),
            np.array([slot.high for slot in self.slots]),
        )

    @cached_property
    def masks(self) -> FloatArray:
        """(n_groups, n_runs) ones where a run belongs to a group."""
        return np.stack([(self.groups == g).astype(float) for g in range(self.n_groups)])

    def natural(self, coordinates: FloatArray) -> FloatArray:
        """Parameter values of the coordinates (n_sets, n_coordinates)."""
        values = np.array(coordinates, dtype=float)
        for i, slot in enumerate(self.slots):
            if slot.parameter.is_scale:
                values[:, i] = np.exp(values[:, i])
        return values

    def coordinates(self, natural: FloatArray) -> FloatArray:
        """Coordinates of parameter values, clipped to the bounds."""
        low, high = self.bounds
        values = np.array(natural, dtype=float)
        for i, slot in enumerate(self.slots):
            if slot.parameter.is_scale:
                values[:, i] = np.log(np.maximum(values[:, i], slot.parameter.low))
        return np.asarray(np.clip(values, low, high))

    def columns(self, coordinates: FloatArray) -> list[Operand]:
        """Parameter values as the formula takes them, (n_sets, 1) or (n_sets, n_runs)."""
        natural = self.natural(coordinates)
        columns: list[Operand] = [self.fixed.get(p.name, 0.0) for p in self.law.parameters]
        for i, slot in enumerate(self.slots):
            value = natural[:, i, None]
            if slot.group is not None:
                value = columns[slot.position] + value * self.masks[slot.group]
            columns[slot.position] = value
        return columns

    def seeds(self, coordinates: FloatArray) -> list[Operand]:
        """Parameters as jets in the coordinates."""
        natural = self.natural(coordinates)
        columns: list[Operand] = [self.fixed.get(p.name, 0.0) for p in self.law.parameters]
        for i, slot in enumerate(self.slots):
            value = natural[:, i, None]
            scale = slot.parameter.is_scale
            jet = Jet(value, {i: value if scale else 1.0}, {(i, i): value} if scale else {})
            if slot.group is not None:
                jet = columns[slot.position] + jet * self.masks[slot.group]
            columns[slot.position] = jet
        return columns

    def predict(self, coordinates: FloatArray) -> FloatArray:
        """Predictions (n_sets, n_runs)."""
        value = self.law.formula(*self.inputs, *self.columns(coordinates))
        return np.asarray(np.broadcast_to(value, (len(coordinates), self.n_runs)), dtype=float)

    def jet(self, coordinates: FloatArray) -> Jet:
        """Predictions with first and second derivatives in the coordinates."""
        return self.law.jet(self.inputs, self.seeds(coordinates))

    def total(self, coordinates: FloatArray, weights: FloatArray) -> FloatArray:
        """The objective (n_sets,)."""
        with np.errstate(all="ignore"):
            prediction = self.predict(coordinates)
        return self.objective.total(prediction, self.target, weights)
