"""Fit below a threshold, forecast the rest, roll on: ``backtest(runs, laws) -> Trust``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import FitError, UsageError
from isoflop.core.quantities import format_count
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective
from isoflop.laws.catalogue import get_law
from isoflop.laws.law import Law
from isoflop.validate.baseline import Case, baselines
from isoflop.validate.extrapolation import Extrapolation, learn_extrapolation, predictive
from isoflop.validate.findings import Backtested, findings
from isoflop.validate.score import Forecast, score
from isoflop.validate.selection import select
from isoflop.validate.split import Split, get_split, known_values
from isoflop.validate.trust import Trust
from isoflop.validate.verdict import TOLERANCE, judge

LEVELS = (0.5, 0.8, 0.9, 0.95)
INNER_STARTS = 4  # random starts of a fit inside the training runs; it is not reported


@dataclass(frozen=True)
class _Plan:
    """The settings of one backtest."""

    laws: tuple[Law, ...]
    split: Split
    levels: tuple[float, ...]
    objective: Objective
    resamples: int
    seed: int
    axes: Mapping[str, str]
    target: str
    cluster: str | None

    def fit(self, law: Law, runs: Runs) -> Fit:
        """A full fit with its draws."""
        return fit_law(
            runs,
            law,
            axes=self.axes,
            target=self.target,
            objective=self.objective,
            resamples=self.resamples,
            cluster=self.cluster,
            seed=self.seed,
        )

    def point_fit(self, law: Law, runs: Runs) -> Fit:
        """A fit without draws, for origins inside the training runs."""
        return fit_law(
            runs,
            law,
            axes=self.axes,
            target=self.target,
            objective=self.objective,
            resamples=0,
            seed=self.seed,
            n_random=INNER_STARTS,
        )


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
    chosen = _laws(laws)
    plan = _Plan(
        laws=chosen,
        split=get_split(name.strip()),
        levels=_levels(levels),
        objective=objective or Objective(),
        resamples=resamples,
        seed=seed,
        axes=dict(axes or {}),
        target=target or chosen[0].target,
        cluster=cluster,
    )
    cuts = plan.split.thresholds(runs, [*thresholds, *([inline] if inline else [])])
    made, failures, assumed = _all_forecasts(plan, runs, cuts, progress)
    beside = _baselines(plan, runs, sorted({f.threshold for items in made.values() for f in items}))
    selection = select(made)
    naive = {b: items for b, items in beside.items() if b in _naive_names()}
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
        settings=_settings(plan, tolerance),
        provenance=runs.provenance.to_dict() | {"table_digest": runs.digest},
    )


def _all_forecasts(
    plan: _Plan,
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


def _forecast(plan: _Plan, runs: Runs, law: Law, cut: float) -> tuple[Forecast, Extrapolation]:
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
        extrapolation=learnt.scale / learnt.reach,
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


def _baselines(plan: _Plan, runs: Runs, cuts: Sequence[float]) -> dict[str, tuple[Forecast, ...]]:
    values = plan.split.values(runs)
    compute = known_values(runs, "flops")
    scale: FloatArray = values if compute is None else compute
    observed = runs.values(plan.target)
    made: dict[str, list[Forecast]] = {}
    for cut in cuts:
        seen = values <= cut
        training, test = runs.take(seen), runs.take(~seen)
        case = Case(training, test, plan.laws, plan.axes, scale[seen], scale[~seen], observed[seen])
        for baseline in baselines():
            for name, predicted in baseline.forecast(case).items():
                reach = values[~seen] / float(values[seen].max())
                forecast = Forecast(
                    name, cut, test.rows, observed[~seen], predicted, reach, len(training)
                )
                made.setdefault(name, []).append(forecast)
    return {name: tuple(items) for name, items in made.items()}


def _naive_names() -> set[str]:
    return {baseline.name for baseline in baselines() if baseline.is_naive}


def _same(rival: Sequence[Forecast], law: Sequence[Forecast]) -> list[Forecast]:
    """The rival's forecasts at the thresholds of a law, in its order."""
    by_cut = {item.threshold: item for item in rival}
    return [by_cut[item.threshold] for item in law]


def _laws(laws: Sequence[Law | str] | Law | str) -> tuple[Law, ...]:
    items = [laws] if isinstance(laws, Law | str) else list(laws)
    chosen = {law.name: law for law in (get_law(i) if isinstance(i, str) else i for i in items)}
    targets = {law.target for law in chosen.values()}
    if len(targets) != 1:
        raise UsageError(
            "No law was given." if not chosen else "The laws predict different things.",
            where=", ".join(f"{law.name}: {law.target}" for law in chosen.values()) or "laws",
            matters="errors are comparable on one target only.",
            do="name laws of one target; list them with: isoflop laws",
            code="E323",
        )
    return tuple(chosen.values())


def _levels(levels: Sequence[float]) -> tuple[float, ...]:
    chosen = tuple(sorted({float(level) for level in levels}))
    if not chosen or not all(0.0 < level < 1.0 for level in chosen):
        raise UsageError(
            f"Levels must be between 0 and 1, not {', '.join(f'{x:g}' for x in chosen) or 'none'}.",
            where="levels",
            matters="a level is the share of runs an interval should cover.",
            do="use for example 0.5, 0.8, 0.9, 0.95.",
            code="E323",
        )
    return chosen


def _settings(plan: _Plan, tolerance: float) -> dict[str, object]:
    return {
        "objective": {"name": plan.objective.name, "delta": plan.objective.delta},
        "resamples": plan.resamples,
        "seed": plan.seed,
        "tolerance": tolerance,
        "axes": dict(plan.axes),
        "target": plan.target,
    }
