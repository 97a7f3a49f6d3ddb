"""A law: declared once in one file, and from that alone fitted, differentiated, planned, drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import UsageError, unknown_name
from isoflop.laws.jet import Jet
from isoflop.laws.parameter import Claim, Parameter, Published, Reported
from isoflop.laws.structure import linear_parameters
from isoflop.laws.traced import Operand

__all__ = ["Claim", "Law", "Parameter", "Published", "Reported"]

COMPLEX_STEP = 1e-30  # so small that the error of the derivative is rounding alone


@dataclass(frozen=True, eq=False)
class Law:
    """A functional form with typed parameters, claims, source and published coefficients.

    Parameters
    ----------
    name : also the name of the file.
    target : what it predicts: ``loss`` or another column.
    inputs : symbols of ``core.quantities``, or ``x`` for any axis the user names.
    formula : pure function (*inputs, *parameters) in the words of ``laws.algebra``.
    entry : id in the catalogue of laws.
    optimum : closed form ``(values, C, k) -> {input: optimum}``, where the law has one.
    equation : ``(target, *inputs, *parameters) -> (left, right)`` for laws that give the target
        only implicitly; it is what is written, and the formula must satisfy it.
    guess : ``(inputs, target) -> {parameter: value}``, an extra start where space-filling ones are
        not enough.
    scope : when the law must not be used, one sentence each.
    """

    name: str
    target: str
    inputs: tuple[str, ...]
    formula: Callable[..., Operand]
    source: str
    parameters: tuple[Parameter, ...]
    claims: tuple[Claim, ...] = ()
    published: tuple[Published, ...] = ()
    entry: str | None = None
    optimum: (
        Callable[[Mapping[str, FloatArray], FloatArray, float], dict[str, FloatArray]] | None
    ) = None
    equation: Callable[..., tuple[Operand, Operand]] | None = None
    guess: Callable[[Mapping[str, FloatArray], FloatArray], dict[str, float]] | None = None
    scope: tuple[str, ...] = ()
    about: str = ""

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names in the order of the formula."""
        return tuple(parameter.name for parameter in self.parameters)

    @cached_property
    def linear(self) -> tuple[str, ...]:
        """Parameters the target is jointly linear in, detected from the formula."""
        return linear_parameters(self)

    def parameter(self, name: str) -> Parameter:
        """The declaration of one parameter."""
        for candidate in self.parameters:
            if candidate.name == name:
                return candidate
        raise unknown_name("parameter", name, self.parameter_names, f"isoflop laws {self.name}")

    def predict(
        self, inputs: Mapping[str, ArrayLike], values: Mapping[str, ArrayLike]
    ) -> FloatArray:
        """The target at given inputs.

        Parameters
        ----------
        inputs : {symbol: (n_runs,)}
        values : {parameter: scalar or (n_sets,)}

        Returns
        -------
        (n_runs,) or (n_sets, n_runs), in the unit of the target.
        """
        names = self.parameter_names
        sets = np.stack(
            np.broadcast_arrays(*[np.asarray(values[name], dtype=float) for name in names]), axis=-1
        )
        return self.evaluate(self.input_arrays(inputs), sets)

    def evaluate(self, inputs: Sequence[FloatArray], sets: FloatArray) -> FloatArray:
        """The target for parameter sets (..., n_parameters) at inputs (n_runs,): (..., n_runs)."""
        columns = [sets[..., i, None] for i in range(len(self.parameters))]
        result = self.formula(*inputs, *columns)
        shape = np.broadcast_shapes(np.shape(result), (*sets.shape[:-1], len(inputs[0])))
        return np.array(np.broadcast_to(result, shape))

    def gradient(self, inputs: Sequence[FloatArray], sets: FloatArray) -> FloatArray:
        """Exact derivatives in the parameters by complex step: (n_parameters, ..., n_runs)."""
        rows = []
        for i in range(len(self.parameters)):
            stepped = sets.astype(complex)
            stepped[..., i] += 1j * COMPLEX_STEP
            columns = [stepped[..., j, None] for j in range(len(self.parameters))]
            value = self.formula(*inputs, *columns)
            shape = (*sets.shape[:-1], len(inputs[0]))
            rows.append(np.broadcast_to(np.imag(value) / COMPLEX_STEP, shape))
        return np.stack(rows)

    def jet(self, inputs: Sequence[FloatArray], seeds: Sequence[Operand]) -> Jet:
        """Value, gradient and Hessian; ``seeds``: jets or arrays (n_sets, 1), one a parameter."""
        result = self.formula(*inputs, *seeds)
        return result if isinstance(result, Jet) else Jet(result, {})

    def input_arrays(self, inputs: Mapping[str, ArrayLike]) -> list[FloatArray]:
        """Inputs in the order of the formula as float arrays of one length.

        Raises
        ------
        UsageError
            If an input of the law is missing.
        """
        missing = [symbol for symbol in self.inputs if symbol not in inputs]
        if missing:
            raise UsageError(
                f"The law '{self.name}' needs {', '.join(self.inputs)}; "
                f"not given: {', '.join(missing)}.",
                where=f"inputs {', '.join(inputs) or '(none)'}",
                matters="a missing input is never guessed.",
                do=f"give {' and '.join(missing)}; see: isoflop laws {self.name}",
                code="E110",
            )
        arrays = [np.atleast_1d(np.asarray(inputs[symbol], dtype=float)) for symbol in self.inputs]
        return [np.array(array) for array in np.broadcast_arrays(*arrays)]

    def coefficients(self, name: str | None = None) -> Published:
        """A published set by its key; the first one when no name is given.

        Raises
        ------
        UsageError
            If the law has no such set.
        """
        known = {published.name: published for published in self.published}
        if name is None and known:
            return self.published[0]
        if name is None or name not in known:
            raise unknown_name(
                f"published set of '{self.name}'", name or "", known, f"isoflop laws {self.name}"
            )
        return known[name]
