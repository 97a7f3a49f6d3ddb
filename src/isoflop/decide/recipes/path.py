"""The loss of a recipe along compute: on its own compute-optimal path, or by a law of compute."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import PlanError
from isoflop.decide.plan_run import problem_of
from isoflop.decide.question import Request
from isoflop.fit.fit import Fit


@dataclass(frozen=True, eq=False)
class Path:
    """One recipe as a function of compute, for the point fit and every draw.

    Attributes
    ----------
    measured : least and largest compute of its runs, FLOP
    """

    name: str
    fit: Fit
    measured: tuple[float, float]

    def losses(self, C: FloatArray) -> FloatArray:
        """(1 + n_draws, n_points): the point fit first, every set on its own optimal path."""
        C = np.atleast_1d(np.asarray(C, dtype=float))
        if self.fit.law.inputs in (("C",), ("x",)):
            return self.fit.law.evaluate([C], _sets(self.fit))
        problem = problem_of(self.fit, Request(budget=1.0))
        columns = [problem.best(np.full(len(problem.sets), one)).loss for one in C]
        return np.column_stack(columns)

    def loss(self, C: float) -> float:
        """Loss of the point fit at one compute."""
        return float(self.only_point().losses(np.array([C]))[0, 0])

    def only_point(self) -> Path:
        """The same path without draws."""
        from dataclasses import replace

        return replace(self, fit=replace(self.fit, draws=self.fit.draws[:0]))

    def log_losses_at(self, N: FloatArray, D: FloatArray) -> FloatArray:
        """ln loss of every draw at sizes and tokens: (n_draws, n_points)."""
        law = self.fit.law
        if law.inputs in (("C",), ("x",)):
            return np.log(law.evaluate([6.0 * N * D], self.fit.draws))
        problem = problem_of(self.fit, Request(budget=1.0))
        return np.log(problem.loss(N[None, :], D[None, :])[1:])

    def optimum(self, C: float) -> tuple[float, float]:
        """Size and tokens of the point fit at a compute; the square root under a law of compute."""
        if self.fit.law.inputs in (("C",), ("x",)):
            N = float(np.sqrt(C / 120.0))  # 20 tokens a parameter, hoffmann2022; only a label here
            return N, C / (6.0 * N)
        problem = problem_of(self.only_point().fit, Request(budget=1.0))
        best = problem.best(np.array([C]))
        return float(best.N[0]), float(best.D[0])


def path_of(name: str, fit: Fit) -> Path:
    """The path of a fitted recipe.

    Raises
    ------
    PlanError
        E567 if the fit does not know what compute its runs span; E402 from the law itself.
    """
    span = fit.evidence.get("C") or fit.evidence.get("x")
    if span is None and {"N", "D"} <= set(fit.evidence):
        low, high = (6.0 * fit.evidence["N"][i] * fit.evidence["D"][i] for i in (0, 1))
        span = (low, high)
    if span is None:
        raise PlanError(
            f"Nothing says what compute the runs of '{name}' span.",
            where=f"fit {fit.label}",
            matters="crossings are looked for around what was measured.",
            do="fit a table with flops, or with params and tokens.",
            code="E567",
        )
    return Path(name, fit, span)


def _sets(fit: Fit) -> FloatArray:
    point = np.array([[fit.values[name] for name in fit.law.parameter_names]])
    return np.concatenate([point, fit.draws]) if len(fit.draws) else point
