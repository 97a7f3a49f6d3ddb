"""A law of whole loss curves: the loss at every step under a learning-rate schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import UsageError, unknown_name
from isoflop.laws.course import Course
from isoflop.laws.parameter import Parameter, Published

Values: TypeAlias = Mapping[str, float]


@dataclass(frozen=True, eq=False)
class CurveLaw:
    """Loss at given steps of a run whose learning rate at every step is known.

    Parameters
    ----------
    name : also the name of the file.
    formula : ``(course, values) -> (n,)`` losses at the steps of the course; fast at 100,000 steps.
    gradient : the same arguments, ``{parameter: (n,)}`` exact derivatives of the losses.
    rate_gradient : the same arguments, (n_total,) derivatives of the loss at the last step asked in
        the learning rate of every step.
    linear : parameters the loss is jointly linear in without a constant, none of them negative.
    starts : values of the others where a search begins, all combinations.
    near_one : parameters searched in the log of their distance from 1.
    needs_size : whether the course must say N.
    formula_text, latex : how it is written.
    """

    name: str
    formula: Callable[[Course, Values], FloatArray]
    gradient: Callable[[Course, Values], Mapping[str, FloatArray]]
    rate_gradient: Callable[[Course, Values], FloatArray]
    formula_text: str
    latex: str
    source: str
    parameters: tuple[Parameter, ...]
    linear: tuple[str, ...] = ()
    starts: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    near_one: tuple[str, ...] = ()
    needs_size: bool = False
    published: tuple[Published, ...] = ()
    entry: str | None = None
    also: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    about: str = ""

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names in the order they are declared."""
        return tuple(parameter.name for parameter in self.parameters)

    def losses(self, course: Course, values: Values) -> FloatArray:
        """Losses at the steps of the course, (n,), once it is known to have what the law needs.

        Raises
        ------
        UsageError
            E537 if the law needs the size of the model and the course does not say it.
        """
        self.require(course)
        return self.formula(course, values)

    def require(self, course: Course) -> None:
        """Refuse a course without a size where the law has one; raises E537."""
        if self.needs_size and not (course.size or 0.0) > 0.0:
            raise UsageError(
                f"The law '{self.name}' needs the size of the model.",
                where="N",
                matters="its loss depends on the number of parameters.",
                do="give the size, or use a law of one size: tissue, multi_power.",
                code="E537",
            )

    def coefficients(self, name: str) -> Published:
        """A published set by its key.

        Raises
        ------
        UsageError
            E101 if the law has no such set.
        """
        known = {published.name: published for published in self.published}
        if name not in known:
            raise unknown_name(
                f"published set of '{self.name}'", name, known, f"isoflop laws {self.name}"
            )
        return known[name]
