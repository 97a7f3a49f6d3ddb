"""A mixing law that is a law of the catalogue: each validation domain has a fit of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.fit.engine import solve, solve_many
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import build_problem, fit_law, full_values, unit_of
from isoflop.fit.mixture_model import MixtureModel, Settings, Surface
from isoflop.fit.mixture_table import MixtureTable
from isoflop.fit.objective import Objective
from isoflop.fit.problem import Problem
from isoflop.fit.starts import guessed
from isoflop.laws.catalogue import get_law
from isoflop.laws.law import Law

Axes = Callable[[MixtureTable, str], dict[str, str]]


@dataclass(frozen=True)
class LawSurface:
    """A fit seen as a function of the whole mixture.

    Attributes
    ----------
    at : (n_inputs,) which source each input of the law is the share of
    """

    fit: Fit
    at: tuple[int, ...]

    @property
    def n_draws(self) -> int:
        """Resamples it carries."""
        return len(self.fit.draws)

    def predict(self, shares: FloatArray) -> FloatArray:
        """Loss (n,) at mixtures (n, n_domains)."""
        law = self.fit.law
        point = np.array([self.fit.values[name] for name in law.parameter_names])
        return law.evaluate([shares[:, i] for i in self.at], point)

    def predict_draws(self, shares: FloatArray) -> FloatArray:
        """Loss (n_draws, n) of every resample at its own mixtures (n_draws, n, n_domains)."""
        inputs = [shares[:, :, i] for i in self.at]
        sets = [self.fit.draws[:, i, None] for i in range(self.fit.draws.shape[1])]
        value = self.fit.law.formula(*inputs, *sets)
        return np.asarray(np.broadcast_to(value, shares.shape[:2]), dtype=float)

    def to_dict(self) -> dict[str, object]:
        """The document of the fit."""
        return self.fit.to_dict()


@dataclass(frozen=True)
class LawForm:
    """How a law of the catalogue becomes a form of mixtures.

    Parameters
    ----------
    law : its name.
    axes : (table, target) -> columns of the inputs, where the law has no vector of shares.
    logs : whether residuals are of logs; the Huber delta is then relative.
    """

    law: str
    axes: Axes
    logs: bool

    def fit(self, table: MixtureTable, target: str, settings: Settings) -> Surface:
        """One fit: certified by other starts and diagnosed, or from the law's guess alone."""
        columns = self.axes(table, target)
        if settings.examine:
            found = fit_law(
                table.runs,
                self._bound(table.domains),
                axes=columns,
                target=target,
                objective=self._objective(settings),
                resamples=0,
                seed=settings.seed,
            )
        else:
            found = _from_the_guess(self._problem(table, target, settings), columns, target)
        return LawSurface(found, _positions(found, table.domains))

    def resample(
        self,
        table: MixtureTable,
        target: str,
        settings: Settings,
        surface: Surface,
        counts: FloatArray,
    ) -> Surface:
        """The surface with every resample of the mixtures solved again."""
        assert isinstance(surface, LawSurface)
        problem = self._problem(table, target, settings)
        free = [surface.fit.values[slot.parameter.name] for slot in problem.slots]
        optimum = problem.coordinates(np.array([free]))[0]
        draws = full_values(problem, solve_many(problem, counts, optimum))
        found = replace(surface.fit, draws=draws, method="case bootstrap of mixtures")
        return LawSurface(found, surface.at)

    # Any: a parsed document, checked by the fit itself.
    def load(self, document: Mapping[str, Any], domains: tuple[str, ...]) -> Surface:
        """A surface from its document."""
        found = Fit.from_json(json.dumps(document))
        return LawSurface(found, _positions(found, domains))

    def fewest(self, n_domains: int) -> int:
        """One mixture more than there are parameters."""
        return len(self._bound([str(i) for i in range(n_domains)]).parameters) + 1

    def _bound(self, domains: Sequence[str]) -> Law:
        found = get_law(self.law)
        return found.bind(domains) if found.vectors else found

    def _objective(self, settings: Settings) -> Objective:
        return Objective("huber_log" if self.logs else "huber", settings.delta)

    def _problem(self, table: MixtureTable, target: str, settings: Settings) -> Problem:
        law, columns = self._bound(table.domains), self.axes(table, target)
        return build_problem(table.runs, law, columns, target, self._objective(settings), {})


def no_axes(table: MixtureTable, target: str) -> dict[str, str]:
    """The law takes the shares of all sources: its columns are the canonical ones."""
    return {}


def law_model(
    name: str,
    law: str,
    about: str,
    *,
    axes: Axes = no_axes,
    logs: bool = False,
    extrapolates: bool = True,
) -> MixtureModel:
    """The form that fits a law of the catalogue to each validation domain."""
    form = LawForm(law, axes, logs)
    return MixtureModel(
        name=name,
        about=about,
        is_smooth=True,
        fit=form.fit,
        resample=form.resample,
        load=form.load,
        fewest=form.fewest,
        extrapolates=extrapolates,
    )


def _from_the_guess(problem: Problem, axes: Mapping[str, str], target: str) -> Fit:
    """The optimum from the law's own guess alone, undiagnosed: for splits, which are many."""
    weights = np.ones(problem.n_runs)
    start = guessed(problem)
    only = start if len(start) else None
    solution = solve(problem, weights, np.random.default_rng(0), 0, only)
    law = problem.law
    values = full_values(problem, solution.coordinates[None])[0]
    return Fit(
        law=law,
        values=dict(zip(law.parameter_names, map(float, values), strict=True)),
        draws=np.empty((0, len(law.parameters))),
        level=0.9,
        axes=dict(axes),
        target=target,
        unit=unit_of(target),
        counts="unknown",
        objective=problem.objective,
        objective_value=solution.objective,
    )


def _positions(fit: Fit, domains: tuple[str, ...]) -> tuple[int, ...]:
    columns = [fit.axes.get(symbol, fit.law.axis(symbol).column) for symbol in fit.law.inputs]
    return tuple(domains.index(column.removeprefix("share/")) for column in columns)
