"""Forecasts of the held-out runs at one threshold: of every law, and of their stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError
from isoflop.core.quantities import format_count
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.laws.law import Law
from isoflop.validate.extrapolation import Extrapolation, extrapolation_of, repeat_sd, spans
from isoflop.validate.horizon import horizon
from isoflop.validate.looks import Look, look_back
from isoflop.validate.plan import Plan
from isoflop.validate.score import Forecast
from isoflop.validate.split import known_values
from isoflop.validate.stacking import NAME, Stack, stack_of
from isoflop.validate.told import Told, told_by


@dataclass(frozen=True, eq=False)
class Cut:
    """The runs of one table on both sides of one threshold.

    Attributes
    ----------
    values : quantity of the split in the training runs, (n_training,)
    reach : factor of each held-out run beyond the largest of them, (n_test,)
    seed_sd : run-to-run noise by repeated training runs; None without any
    """

    threshold: float
    training: Runs
    test: Runs
    values: FloatArray
    reach: FloatArray
    observed: FloatArray
    seed_sd: float | None


@dataclass(frozen=True, eq=False)
class Learnt:
    """One law at one threshold: what it says of the held-out runs and how it looked back."""

    law: Law
    fit: Fit
    told: Told
    looks: tuple[Look, ...]
    extrapolation: Extrapolation


def cut_at(plan: Plan, runs: Runs, threshold: float) -> Cut:
    """Training runs up to the threshold, the others held out."""
    values = plan.split.values(runs)
    seen = values <= threshold
    training, test = runs.take(seen), runs.take(~seen)
    reach = values[~seen] / float(values[seen].max())
    observed = training.values(plan.target)
    repeats = repeat_sd(training, observed)
    return Cut(threshold, training, test, values[seen], reach, observed, repeats)


def learn(plan: Plan, law: Law, cut: Cut) -> Learnt:
    """Fit a law to the training runs, and to their lower parts.

    Raises
    ------
    FitError
        If the training runs cannot determine it.
    """
    fit = plan.fit(law, cut.training)
    told = told_by(fit, cut.test)
    if not np.isfinite(told.log_value).all():
        raise FitError(
            "The fitted law gives no positive number at some held-out runs.",
            where=f"law '{law.name}' fitted up to {format_count(cut.threshold)}",
            matters="such a forecast cannot be scored.",
            do="choose another law, or hold out runs nearer to the training runs.",
            code="E304",
        )
    looks = look_back(
        cut.training, cut.values, lambda part: plan.point_fit(law, part), cut.observed
    )
    return Learnt(law, fit, told, looks, extrapolation_of(looks, cut.seed_sd))


def forecast_of(plan: Plan, cut: Cut, learnt: Learnt) -> Forecast:
    """A law's forecast of the held-out runs, with its intervals."""
    bare = scored(plan, cut, learnt.law.name, learnt.told, learnt.extrapolation)
    in_sample = float(np.sqrt(np.mean(learnt.fit.residuals**2)))
    return replace(bare, floor=_floor(learnt.fit), in_sample=in_sample)


def stacked(plan: Plan, cut: Cut, learnt: Mapping[str, Learnt]) -> tuple[Forecast, Stack]:
    """The forecast of all laws together; raises E600 with fewer than two."""
    laws = [item.law for item in learnt.values()]
    looks = {name: item.looks for name, item in learnt.items()}
    stack = stack_of(laws, looks, cut.seed_sd)
    told = stack.told({name: item.told for name, item in learnt.items()})
    return scored(plan, cut, NAME, told, stack.extrapolation), stack


def scored(plan: Plan, cut: Cut, name: str, told: Told, extrapolation: Extrapolation) -> Forecast:
    """What was told of the held-out runs, as a forecast with intervals and a horizon."""
    log_reach = np.log(np.maximum(cut.reach, 1.0))
    noise = max(told.noise, extrapolation.seed_sd)
    return Forecast(
        name=name,
        threshold=cut.threshold,
        rows=cut.test.rows,
        observed=cut.test.values(plan.target),
        predicted=np.exp(told.log_value),
        reach=cut.reach,
        n_training=len(cut.training),
        intervals=spans(told, log_reach, extrapolation, plan.levels),
        factors=_factors(cut.training, cut.test),
        extrapolation=extrapolation.rate,
        horizon=horizon(extrapolation, plan.tolerance, noise),
    )


def _floor(fit: Fit) -> float | None:
    """The value the law tends to: a parameter, zero, or None where it makes no such claim."""
    limits = [claim.limit for claim in fit.law.claims if claim.kind == "tends to"]
    if not limits:
        return None
    return fit.values[limits[0]] if limits[0] else 0.0


def _factors(training: Runs, test: Runs) -> dict[str, float]:
    factors = {}
    for symbol in ("N", "D", "C"):
        seen, asked = known_values(training, symbol), known_values(test, symbol)
        if seen is not None and asked is not None:
            factors[symbol] = float(asked.max() / seen.max())
    return factors
