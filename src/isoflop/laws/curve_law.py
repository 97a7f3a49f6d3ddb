"""A law of whole loss curves: the loss at every step under a learning-rate schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.laws.parameter import Parameter, Published


@dataclass(frozen=True, eq=False)
class CurveLaw:
    """Loss at given steps of a run whose learning rate at every step is known.

    Parameters
    ----------
    name : also the name of the file.
    formula : ``(schedule, steps, values) -> losses``: schedule (n_total,) learning rate of steps
        1..n_total, steps (n,) 1-based, values by parameter name; fast at 100,000 steps.
    gradient : the same arguments, ``{parameter: (n,)}`` derivatives of the losses.
    formula_text, latex : how it is written.
    """

    name: str
    formula: Callable[[FloatArray, IntArray, Mapping[str, float]], FloatArray]
    gradient: Callable[[FloatArray, IntArray, Mapping[str, float]], Mapping[str, FloatArray]]
    formula_text: str
    latex: str
    source: str
    parameters: tuple[Parameter, ...]
    published: tuple[Published, ...] = ()
    entry: str | None = None
    also: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    about: str = ""

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names in the order they are declared."""
        return tuple(parameter.name for parameter in self.parameters)
