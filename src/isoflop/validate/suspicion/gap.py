"""What a gap in a design must tell: the sentence and the runs that would mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import cast

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.members import find_members
from isoflop.core.quantities import format_count

FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020


@dataclass(frozen=True)
class Run:
    """A run to buy."""

    N: float
    D: float

    @property
    def flop(self) -> float:
        """6ND."""
        return FLOP_PER_PARAMETER_TOKEN * self.N * self.D

    def to_dict(self) -> dict[str, float]:
        """Plain fields, for JSON."""
        return {"params": self.N, "tokens": self.D, "flops": self.flop}

    def __str__(self) -> str:
        return (
            f"{format_count(self.N)} parameters on {format_count(self.D)} tokens "
            f"({format_count(self.flop)} FLOP)"
        )


@dataclass(frozen=True, eq=False)
class Design:
    """Sizes and tokens of the runs nobody doubts, (n_runs,) each."""

    N: FloatArray
    D: FloatArray

    @property
    def flop(self) -> FloatArray:
        """6ND, (n_runs,)."""
        return FLOP_PER_PARAMETER_TOKEN * self.N * self.D

    @property
    def ratio(self) -> FloatArray:
        """Tokens per parameter, (n_runs,)."""
        return self.D / self.N


@dataclass(frozen=True)
class Lack:
    """One gap of a design."""

    text: str
    mend: tuple[Run, ...]


@dataclass(frozen=True)
class Gap:
    """One thing a design may lack.

    Parameters
    ----------
    code : its explanation is ``core/explanations/CODE.toml``.
    """

    name: str
    code: str
    find: Callable[[Design], Iterable[Lack]]


def all_gaps() -> tuple[Gap, ...]:
    """Every gap that is looked for, in order of code."""
    members = cast("tuple[Gap, ...]", find_members("isoflop.validate.suspicion.gaps", "GAP"))
    return tuple(sorted(members, key=lambda gap: gap.code))


def at(flop: float, ratio: float) -> Run:
    """The run of this compute and this many tokens per parameter."""
    N = float(np.sqrt(flop / (FLOP_PER_PARAMETER_TOKEN * ratio)))
    return Run(N, ratio * N)
