"""What a law declares about its parameters, its claims and its published coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from isoflop.core.conventions import ParameterCount

LOG_RANGE = 1e3  # assumption: bounds further apart than this describe a scale, searched in logs


@dataclass(frozen=True)
class Parameter:
    """One fitted number of a law.

    Parameters
    ----------
    low, high : bounds; a fit that ends on one is reported.
    meaning : what it says about training, in a few words.
    """

    name: str
    unit: str
    low: float
    high: float
    meaning: str

    @property
    def is_scale(self) -> bool:
        """Whether the parameter spans decades and is searched in logs."""
        return self.low > 0.0 and self.high / self.low > LOG_RANGE


@dataclass(frozen=True)
class Axis:
    """One input of a law or a rule, or one output of a rule.

    Parameters
    ----------
    symbol : as the formula takes it; ``name/*`` for one input a label (a domain, a family).
    column : of the run table; for a vector its prefix, ``share/*``.
    low, high : where the law is used; checks draw from here, nothing is clipped.
    zero : whether zero is a value like any other (a share, a sparsity).
    default : value taken when none is given; None if one must be given.
    """

    symbol: str
    column: str
    unit: str
    meaning: str
    low: float
    high: float
    zero: bool = False
    default: float | None = None


@dataclass(frozen=True)
class Claim:
    """A property the law promises and the contract tests check.

    ``decreases`` / ``increases`` in an input, or ``tends to`` a parameter as all inputs grow (zero
    where no parameter is named).
    """

    kind: Literal["decreases", "increases", "tends to"]
    limit: str | None = None
    in_: str | None = None


@dataclass(frozen=True)
class Reported:
    """A number the source states, which the coefficients must give back.

    Parameters
    ----------
    at : inputs of the law, or ``{"C": ...}`` alone for a compute-optimal answer.
    gives : target, or optimal inputs, by symbol.
    tolerance : relative.
    """

    at: Mapping[str, float]
    gives: Mapping[str, float]
    tolerance: float


@dataclass(frozen=True)
class Published:
    """Coefficients as printed, with where they came from and what they count.

    Parameters
    ----------
    source : citation key of ``core/bibliography``.
    counts : what N counts in these coefficients.
    valid : range of evidence, {input: (low, high)}.
    errors : standard errors where the source states them.
    key : name after the ``@``; the source unless a source prints several sets.
    labels : of a law with vectors, in the order of the values.
    example : numbers that could not be checked, or hold for one data set only: shown, used only
        when named, never a default, a start or a baseline.
    """

    source: str
    where: str
    values: Mapping[str, float]
    counts: ParameterCount
    unit: str = "nat/token"
    valid: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    reported: tuple[Reported, ...] = ()
    errors: Mapping[str, float] = field(default_factory=dict)
    key: str | None = None
    note: str | None = None
    labels: tuple[str, ...] = ()
    example: bool = False

    @property
    def name(self) -> str:
        """What follows the ``@`` in ``law@name``."""
        return self.key or self.source
