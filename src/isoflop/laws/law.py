"""A law: declared once in one file, and from that alone fitted, differentiated, planned, drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import UsageError, unknown_name
from isoflop.core.quantities import column_of, quantity
from isoflop.laws.jet import Jet
from isoflop.laws.parameter import Axis, Claim, Parameter, Published, Reported
from isoflop.laws.structure import linear_parameters
from isoflop.laws.traced import Operand
from isoflop.laws.vector import expanded, gathered, is_vector

__all__ = ["Axis", "Claim", "Law", "Parameter", "Published", "Reported"]

TYPICAL = (1e7, 1e11)  # sizes and token counts; other axes are only asked to be smooth there

COMPLEX_STEP = 1e-30  # so small that the error of the derivative is rounding alone


@dataclass(frozen=True, eq=False)
class Law:
    """A functional form with typed parameters, claims, source and published coefficients.

    Parameters
    ----------
    name : also the name of the file.
    target : what it predicts: ``loss`` or another column.
    inputs : symbols of ``core.quantities`` or of ``axes``, or ``x`` for any axis the user names;
        ``share/*`` is a vector, one input a label.
    formula : pure function (*inputs, *parameters) in the words of ``laws.algebra``; vectors come
        as tuples in the order of the labels.
    entry : id in the catalogue of laws; ``also`` names further entries of the same form.
    axes : inputs that are not canonical quantities, or need another range.
    scale : whether residuals are differences of logs, or of levels (targets that may be negative).
    labels : what vectors run over, once the law is bound to them.
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
    also: tuple[str, ...] = ()
    axes: tuple[Axis, ...] = ()
    scale: Literal["log", "level"] = "log"
    labels: tuple[str, ...] = ()

    @property
    def vectors(self) -> tuple[str, ...]:
        """Inputs that are vectors and not yet bound to labels."""
        return tuple(symbol for symbol in self.inputs if is_vector(symbol))

    def axis(self, symbol: str) -> Axis:
        """The declaration of one input; canonical quantities need none."""
        for axis in self.axes:
            if axis.symbol == symbol:
                return axis
        if symbol == "x":
            return Axis("x", "x", "1", "the axis the user names", *TYPICAL)
        known = quantity(symbol)
        return Axis(symbol, column_of(symbol), known.unit, known.name, *TYPICAL)

    def bind(self, labels: Sequence[str]) -> Law:
        """The law over given labels: every vector becomes one input or parameter a label.

        Parameters
        ----------
        labels : for instance the domains of a mixture, in the order of the vectors.

        Raises
        ------
        UsageError
            E117 if a label is empty or stands twice, or the law has no vectors.
        """
        chosen = tuple(labels)
        if not self.vectors or not chosen or len(set(chosen)) < len(chosen):
            raise UsageError(
                f"The law '{self.name}' cannot be bound to {', '.join(chosen) or 'no labels'}.",
                where=f"inputs {', '.join(self.inputs)}",
                matters="vectors of a law run over distinct labels, such as the domains of a mix.",
                do="give every label once; a law without vectors is used as it is.",
                code="E117",
            )
        names = (*self.inputs, *self.parameter_names)
        return replace(
            self,
            labels=chosen,
            inputs=expanded(self.inputs, chosen),
            formula=gathered(self.formula, names, len(chosen)),
            parameters=tuple(
                replace(parameter, name=name)
                for parameter in self.parameters
                for name in expanded((parameter.name,), chosen)
            ),
            axes=tuple(
                replace(axis, symbol=symbol, column=column)
                for axis in self.axes
                for symbol, column in zip(
                    expanded((axis.symbol,), chosen), expanded((axis.column,), chosen), strict=True
                )
            ),
            published=tuple(item for item in self.published if item.labels == chosen),
        )

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names in the order of the formula."""
        return tuple(parameter.name for parameter in self.parameters)

    @cached_property
    def linear(self) -> tuple[str, ...]:
        """Parameters the target is jointly linear in, detected from the formula."""
        return () if self.vectors else linear_parameters(self)

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
        usable = [published for published in self.published if not published.example]
        if name is None and usable:
            return usable[0]
        if name is None or name not in known:
            raise unknown_name(
                f"published set of '{self.name}'", name or "", known, f"isoflop laws {self.name}"
            )
        return known[name]
