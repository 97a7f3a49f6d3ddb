"""A rule: a published formula with nothing to fit, from numbers to numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import UsageError, unknown_name
from isoflop.laws.parameter import Axis, Reported


@dataclass(frozen=True, eq=False)
class Rule:
    """A formula with printed constants: inputs with units in, outputs with units out.

    Parameters
    ----------
    name : also the name of the file.
    inputs, outputs : what goes in and comes out, with units; an input may have a default.
    formula : pure function of the inputs, in order, that returns one value or a tuple of the
        outputs; it broadcasts over arrays.
    source : citation key of ``core/bibliography``.
    where : where in the source the formula stands, and what could not be verified.
    reported : numbers the source states; outputs by symbol.
    refuse : function of the inputs by symbol that names what forbids an answer, or None.
    example : whether constants could not be verified: the answer says so.
    scope : when the rule must not be used, one sentence each.
    """

    name: str
    inputs: tuple[Axis, ...]
    outputs: tuple[Axis, ...]
    formula: Callable[..., FloatArray | tuple[FloatArray, ...]]
    source: str
    where: str
    entry: str | None = None
    also: tuple[str, ...] = ()
    reported: tuple[Reported, ...] = ()
    refuse: Callable[[Mapping[str, FloatArray]], str | None] | None = None
    example: bool = False
    scope: tuple[str, ...] = ()
    about: str = ""

    def __call__(self, **given: ArrayLike) -> dict[str, FloatArray]:
        """The outputs by symbol, each of the broadcast shape of the inputs.

        Parameters
        ----------
        given : inputs by symbol, in the units they are declared in.

        Raises
        ------
        UsageError
            E101 for an unknown input, E118 for a missing one or one the rule does not hold at.
        """
        known = [axis.symbol for axis in self.inputs]
        for symbol in given:
            if symbol not in known:
                what = f"input of '{self.name}'"
                raise unknown_name(what, symbol, known, f"isoflop laws {self.name}")
        values = {axis.symbol: self._value(axis, given) for axis in self.inputs}
        reason = None if self.refuse is None else self.refuse(values)
        if reason:
            raise self._refusal(reason)
        found = self.formula(*values.values())
        parts = found if isinstance(found, tuple) else (found,)
        arrays = np.broadcast_arrays(*(np.asarray(part, dtype=float) for part in parts))
        return {axis.symbol: np.array(a) for axis, a in zip(self.outputs, arrays, strict=True)}

    def _value(self, axis: Axis, given: Mapping[str, ArrayLike]) -> FloatArray:
        value = given.get(axis.symbol, axis.default)
        if value is None:
            raise self._refusal(f"needs {axis.symbol} ({axis.meaning}, {axis.unit})")
        array = np.asarray(value, dtype=float)
        allowed = array >= 0.0 if axis.zero else array > 0.0
        if not (np.isfinite(array) & allowed).all():
            least = "zero or more" if axis.zero else "positive"
            raise self._refusal(f"needs {axis.symbol} {least} and finite, not {value}")
        return array

    def _refusal(self, reason: str) -> UsageError:
        return UsageError(
            f"The rule '{self.name}' {reason}.",
            where=", ".join(axis.symbol for axis in self.inputs),
            matters="a rule outside its conditions gives a number that means nothing.",
            do=f"see its inputs and limits: isoflop laws {self.name}",
            code="E118",
        )
