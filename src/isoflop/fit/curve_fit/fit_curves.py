"""The verb: a curve law fitted to several runs at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError, UsageError, unknown_name
from isoflop.fit.curve_fit.curve_fit import CurveFit
from isoflop.fit.curve_fit.doubt import Resample, draws, method_for
from isoflop.fit.curve_fit.findings import findings
from isoflop.fit.curve_fit.loss_curve import LossCurve
from isoflop.fit.curve_fit.prediction import run_error
from isoflop.fit.curve_fit.problem import CurveProblem
from isoflop.fit.curve_fit.search import N_STARTS, best
from isoflop.fit.objective import Objective
from isoflop.laws.catalogue import get_curve_law
from isoflop.laws.curve_law import CurveLaw

_MAD_TO_SD = 1.4826  # of a normal distribution
_SIZE_TERMS = ("B", "beta", "a_n", "r")  # in laws of several sizes


@dataclass(frozen=True)
class Settings:
    """How steps are chosen, and how doubt is drawn.

    Attributes
    ----------
    points : most steps of a run that are used, even in log step (tissue2024).
    drop_first : share of a run's steps left out at its start (tissue2024: 5 to 10%).
    resamples : draws for the intervals, 0 for none.
    resample : whole runs, or blocks of residuals; runs where there are eight or more.
    starts : searches from the best points of the law's grid.
    """

    points: int = 200
    drop_first: float = 0.1
    resamples: int = 100
    resample: Resample | None = None
    starts: int = N_STARTS
    level: float = 0.9
    seed: int = 0
    objective: Objective = field(default_factory=Objective)

    def __post_init__(self) -> None:
        wrong = {
            "points must be 2 or more": self.points < 2,
            "drop_first must be 0 or more and below 1": not 0.0 <= self.drop_first < 1.0,
            "resamples must not be negative": self.resamples < 0,
            "starts must be 1 or more": self.starts < 1,
            "level must lie between 0 and 1": not 0.0 < self.level < 1.0,
            "the objective must be on logs": not self.objective.on_logs,
        }
        for what, broken in wrong.items():
            if broken:
                raise UsageError(
                    f"This cannot be fitted: {what}.",
                    where="settings of the fit",
                    matters="nothing was computed.",
                    do="see: isoflop curves fit --help",
                    code="E537",
                )


def fit_curves(
    curves: Sequence[LossCurve],
    law: str | CurveLaw,
    *,
    settings: Settings | None = None,
    fixed: Mapping[str, float] | None = None,
    held_out: Sequence[LossCurve] = (),
    provenance: Mapping[str, object] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CurveFit:
    """Fit a curve law to all curves together: Huber on log losses, summed, from many starts.

    Parameters
    ----------
    fixed : parameters that are held.
    held_out : runs whose errors are reported, at steps chosen as for the others, and that nothing
        is fitted to.

    Raises
    ------
    FitError
        E537 if too few points are left, no learning rate falls, or sizes do not differ.
    UsageError
        E101 for a parameter the law does not have, E537 for a value outside its bounds.
    """
    settings, chosen = settings or Settings(), get_curve_law(law) if isinstance(law, str) else law
    held = _checked(chosen, fixed or {})
    used = [curve.thinned(settings.points, settings.drop_first) for curve in curves]
    used = [curve for curve in used if len(curve.losses)]
    unseen = [curve.thinned(settings.points, settings.drop_first) for curve in held_out]
    unseen = [curve for curve in unseen if len(curve.losses)]
    for curve in (*used, *unseen):
        chosen.require(curve.course)
    _refuse_poor(chosen, used, held)
    problem = CurveProblem.of(chosen, used, held)
    found = best(problem, settings.objective, settings.starts)
    values = problem.values(found.coordinates)
    method = settings.resample or method_for(problem)
    sets = np.empty((0, len(chosen.parameters)))
    if settings.resamples:
        sets = draws(
            problem,
            settings.objective,
            found.coordinates,
            n=settings.resamples,
            method=method,
            seed=settings.seed,
            progress=progress,
        )
    return CurveFit(
        law=chosen,
        values=values,
        draws=sets,
        level=settings.level,
        objective=settings.objective,
        objective_value=found.objective,
        errors=tuple(run_error(chosen, values, curve) for curve in used),
        held_out=tuple(run_error(chosen, values, curve) for curve in unseen),
        noise=_spread(problem.residuals(found.coordinates)),
        evidence=_evidence(used),
        fixed=tuple(held),
        tried=found.tried,
        agree=found.agree,
        method=_method(method) if settings.resamples else "none",
        seed=settings.seed,
        settings={"points": settings.points, "drop_first": settings.drop_first},
        warnings=findings(problem, values, tried=found.tried, agree=found.agree),
        provenance=dict(provenance or {}),
    )


def _method(resample: Resample) -> str:
    return "bootstrap of runs" if resample == "runs" else "bootstrap of residual blocks"


def _spread(residuals: FloatArray) -> float:
    return float(_MAD_TO_SD * np.median(np.abs(residuals - np.median(residuals))))


def _evidence(curves: Sequence[LossCurve]) -> dict[str, tuple[float, float]]:
    told = {
        "steps": [float(len(curve.course.rates)) for curve in curves],
        "peak": [float(curve.course.rates.max()) for curve in curves],
        "N": [curve.course.size for curve in curves if curve.course.size is not None],
    }
    return {name: (min(values), max(values)) for name, values in told.items() if values}


def _checked(law: CurveLaw, fixed: Mapping[str, float]) -> dict[str, float]:
    known = {parameter.name: parameter for parameter in law.parameters}
    for name, value in fixed.items():
        if name not in known:
            raise unknown_name(
                f"parameter of '{law.name}'", name, known, f"isoflop laws {law.name}"
            )
        item = known[name]
        # Zero switches a term off, also where a search would not go there.
        if value != 0.0 and not item.low <= value <= item.high:
            raise UsageError(
                f"{name} = {value:g} lies outside {item.low:g} to {item.high:g}.",
                where=f"--fix {name}={value:g}",
                matters="the law means nothing there.",
                do=f"hold {name} inside its range, or leave it free.",
                code="E537",
            )
    return {name: float(value) for name, value in fixed.items()}


def _refuse_poor(law: CurveLaw, curves: Sequence[LossCurve], fixed: Mapping[str, float]) -> None:
    n_points = sum(len(curve.losses) for curve in curves)
    free = [name for name in law.parameter_names if name not in fixed]
    why = None
    if n_points <= len(free):
        why = f"{n_points} points are left for {len(free)} parameters"
    elif not any((curve.course.changes > 0.0).any() for curve in curves):
        why = "the learning rate falls in no run"
    elif law.needs_size and len({curve.course.size for curve in curves}) < 2:
        terms = [name for name in free if name in _SIZE_TERMS]
        if terms:
            why = f"all runs have one size, which says nothing of {', '.join(terms)}"
    if why:
        raise FitError(
            f"These curves do not determine '{law.name}': {why}.",
            where=", ".join(curve.run_id for curve in curves) or "no run",
            matters="its parameters would be free to be anything.",
            do="add runs with another schedule (constant and falling) or size, log more steps, or "
            "hold parameters: --fix B=0",
            code="E537",
        )
