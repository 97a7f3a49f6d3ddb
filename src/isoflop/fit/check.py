"""What a check of a fit is: a code of ``isoflop explain`` and a function that finds sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from isoflop.core.explain import Finding
from isoflop.core.runs import Runs
from isoflop.fit.engine import Solution
from isoflop.fit.fit import Fit
from isoflop.fit.problem import Problem


@dataclass(frozen=True)
class Examined:
    """All a check may look at."""

    fit: Fit
    problem: Problem
    solution: Solution
    runs: Runs
    resamples: int

    @property
    def without_them(self) -> str:
        """How to fit without the runs that a check names; a joint fit cannot drop them itself."""
        if self.problem.n_groups > 1:
            return "fit their group alone (--where in place of --by) with --drop-outliers"
        return "fit again without them (isoflop fit --drop-outliers)"


@dataclass(frozen=True)
class Check:
    """One diagnostic.

    Parameters
    ----------
    code : its explanation is ``core/explanations/CODE.toml``.
    find : the sentences it has to say, none when all is well.
    """

    code: str
    about: str
    find: Callable[[Examined], Iterable[str]]

    def findings(self, examined: Examined) -> list[Finding]:
        """The sentences with the code."""
        return [Finding(self.code, text) for text in self.find(examined)]
