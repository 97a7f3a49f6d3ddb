"""Fit below a threshold, forecast the rest, roll on: ``backtest(runs, laws) -> Trust``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from isoflop.core.errors import FitError
from isoflop.core.quantities import format_count
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import bound_to, default_objective
from isoflop.fit.objective import Objective
from isoflop.laws.law import Law
from isoflop.validate.beside import baseline_forecasts, naive_names
from isoflop.validate.extrapolation import Extrapolation, learn_extrapolation, predictive
from isoflop.validate.findings import Backtested, findings
from isoflop.validate.plan import Plan, checked_laws, checked_levels
from isoflop.validate.score import Forecast, score
from isoflop.validate.selection import select
from isoflop.validate.split import get_split, known_values
from isoflop.validate.trust import Trust
from isoflop.validate.verdict import TOLERANCE, judge

LEVELS = (0.5, 0.8, 0.9, 0.95)
METHOD_SOURCES = ("choshen2024", "alabdulmohsin2022")  # scores and baselines; selection


def backtest(
    runs: Runs,
    laws: Sequence[Law | str] | Law | str = ("chinchilla",),
    *,
    split: str = "compute",
    thresholds: Sequence[float | str] = (),
    levels: Sequence[float] = LEVELS,
    objective: Objective | None = None,
    resamples: int = 200,
    seed: int = 0,
    axes: Mapping[str, str] | None = None,
    target: str | None = None,
    cluster: str | None = None,
    tolerance: float = TOLERANCE,
    progress: Callable[[int, int], None] | None = None,
) -> Trust:
    """Forecast runs that were held out, and say how far each law may be trusted.

    Parameters
    ----------
    laws : laws or their names; they share one target.
    split : ``compute``, ``size`` or ``tokens``, also with a threshold: ``compute<=1e21``.
    thresholds : runs up to a threshold are learnt from; without any, several rolling ones.
    levels : of the predictive intervals.
    axes, target, cluster : as in ``fit_law``.
    tolerance : mean held-out ARE below which a forecast counts as good, a fraction.
    progress : called with the fits done and their number.

    Raises
    ------
    UsageError
        E321 an impossible threshold, E323 an impossible request.
    DataError
        E320 no quantity to split by.
    FitError
        E322 if no law could be fitted below any threshold.

    Source
    ------
    choshen2024 (scores, baselines), alabdulmohsin2022 (select by extrapolation).
    """
    name, _, inline = split.partition("<=")
    chosen = tuple(bound_to(law, runs) for law in checked_laws(laws))
    plan = Plan(
        laws=chosen,
        split=get_split(name.strip()),
        levels=checked_levels(levels),
        objective=objective or default_objective(chosen[0]),
        resamples=resamples,
        seed=seed,
        axes=dict(axes or {}),
        target=target or chosen[0].target,
        cluster=cluster,
    )
    cuts = plan.split.thresholds(runs, [*thresholds, *([inline] if inline else [])])
    made, failures, assumed = _all_forecasts(plan, runs, cuts, progress)
    beside = baseline_forecasts(plan, runs, sorted({f.threshold for i in made.values() for f in i}))
    selection = select(made)
    naive = {b: items for b, items in beside.items() if b in naive_names()}
    rival = min(naive, key=lambda b: score(naive[b]).are_mean)
    verdicts = {
        law: judge(
            items, _same(naive[rival], items), tolerance=tolerance, quantity=plan.split.words
        )
        for law, items in made.items()
    }
    best = selection.best
    noted = Backtested(selection, verdicts[best], score(made[best]), failures, assumed, runs)
    return Trust(
        laws=made,
        baselines=beside,
        split=plan.split.name,
        column=plan.split.column,
        thresholds=cuts,
        levels=plan.levels,
        selection=selection,
        verdicts=verdicts,
        failures=failures,
        warnings=findings(noted, made[best]),
        settings=plan.to_dict() | {"tolerance": tolerance},
        provenance=runs.provenance.to_dict() | {"table_digest": runs.digest},
        sources=(*dict.fromkeys(law.source for law in chosen), *METHOD_SOURCES),
    )


def _all_forecasts(
    plan: Plan,
    runs: Runs,
    cuts: Sequence[float],
    progress: Callable[[int, int], None] | None,
) -> tuple[dict[str, tuple[Forecast, ...]], dict[str, tuple[str, ...]], tuple[str, ...]]:
    made: dict[str, list[Forecast]] = {}
    failures: dict[str, list[str]] = {}
    assumed: dict[str, None] = {}
    for i, law in enumerate(plan.laws):
        for j, cut in enumerate(cuts):
            try:
                forecast, extrapolation = _forecast(plan, runs, law, cut)
            except FitError as error:
                text = f"{law.name} up to {format_count(cut)}: {error.what}"
                failures.setdefault(law.name, []).append(text)
            else:
                made.setdefault(law.name, []).append(forecast)
                if not extrapolation.is_known:
                    assumed[f"{law.name} up to {format_count(cut)}"] = None
            if progress is not None:
                progress(i * len(cuts) + j + 1, len(plan.laws) * len(cuts))
    if not made:
        raise FitError(
            "No law could be fitted below any threshold.",
            where="; ".join(text for texts in failures.values() for text in texts[:1]),
            matters="what was never forecast cannot be judged.",
            do="add small runs, choose a law with fewer parameters, or a higher --threshold.",
            code="E322",
        )
    return (
        {law: tuple(items) for law, items in made.items()},
        {law: tuple(texts) for law, texts in failures.items()},
        tuple(assumed),
    )


def _forecast(plan: Plan, runs: Runs, law: Law, cut: float) -> tuple[Forecast, Extrapolation]:
    values = plan.split.values(runs)
    seen = values <= cut
    training, test = runs.take(seen), runs.take(~seen)
    fit = plan.fit(law, training)
    observed = training.values(plan.target)
    learnt = learn_extrapolation(
        training, values[seen], lambda part: plan.point_fit(law, part), observed
    )
    reach = values[~seen] / float(values[seen].max())
    forecast = Forecast(
        name=law.name,
        threshold=cut,
        rows=test.rows,
        observed=test.values(plan.target),
        predicted=fit.predict(fit.inputs_of(test)).value,
        reach=reach,
        n_training=len(training),
        intervals=predictive(fit, test, np.log(np.maximum(reach, 1.0)), learnt, plan.levels),
        floor=_floor(fit),
        factors=_factors(training, test),
        in_sample=float(np.sqrt(np.mean(fit.residuals**2))),
        extrapolation=learnt.rate,
    )
    return forecast, learnt


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


def _same(rival: Sequence[Forecast], law: Sequence[Forecast]) -> list[Forecast]:
    """The rival's forecasts at the thresholds of a law, in its order."""
    by_cut = {item.threshold: item for item in rival}
    return [by_cut[item.threshold] for item in law]
