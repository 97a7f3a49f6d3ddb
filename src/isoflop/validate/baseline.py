"""What a baseline is: a forecast anyone could make without fitting a law."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from isoflop.core.arrays import FloatArray
from isoflop.core.members import find_members
from isoflop.core.runs import Runs
from isoflop.laws.law import Law


@dataclass(frozen=True)
class Case:
    """One hold-out: what may be seen, and what is to be forecast.

    Attributes
    ----------
    scale, scale_test : compute (or the split's quantity where compute is not known), (n,)
    observed : target of the training runs, (n_training,)
    """

    training: Runs
    test: Runs
    laws: tuple[Law, ...]
    axes: Mapping[str, str]
    scale: FloatArray
    scale_test: FloatArray
    observed: FloatArray


@dataclass(frozen=True)
class Baseline:
    """A way to forecast without a fitted law.

    Parameters
    ----------
    is_naive : True if it knows the training runs only; the verdict is measured against these.
        Published coefficients are not: they may have been fitted to the very runs held out.
    forecast : {name: (n_test,)}; empty where the baseline does not apply.
    """

    name: str
    about: str
    forecast: Callable[[Case], Mapping[str, FloatArray]]
    is_naive: bool = True


def baselines() -> tuple[Baseline, ...]:
    """Every baseline, in order of name."""
    return cast("tuple[Baseline, ...]", find_members("isoflop.validate.baselines", "BASELINE"))
