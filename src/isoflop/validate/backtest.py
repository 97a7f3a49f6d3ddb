"""Fit below a threshold, forecast the rest, roll on: ``backtest(runs, laws) -> Trust``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from isoflop.core.errors import FitError
from isoflop.core.quantities import format_count
from isoflop.core.runs import Runs
from isoflop.fit.fit_law import bound_to, default_objective
from isoflop.fit.objective import Objective
from isoflop.laws.law import Law
from isoflop.validate.beside import baseline_forecasts, naive_names
from isoflop.validate.findings import Backtested, findings
from isoflop.validate.forecasting import Learnt, cut_at, forecast_of, learn, stacked
from isoflop.validate.plan import Plan, checked_laws, checked_levels
from isoflop.validate.score import Forecast, score
from isoflop.validate.selection import select
from isoflop.validate.split import get_split
from isoflop.validate.stacking import NAME, Stack, stack_findings, too_few
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
    stack: bool = False,
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
    stack : also forecast with all laws together, weighted by how each looked back.
    progress : called with the fits done and their number.

    Raises
    ------
    UsageError
        E321 an impossible threshold, E323 an impossible request, E600 a stack of one law.
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
        tolerance=tolerance,
    )
    if stack and len(chosen) < 2:
        raise too_few([law.name for law in chosen])
    cuts = plan.split.thresholds(runs, [*thresholds, *([inline] if inline else [])])
    done = _all_forecasts(plan, runs, cuts, stack, progress)
    made = done.laws
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
    noted = Backtested(
        selection, verdicts[best], score(made[best]), done.failures, done.assumed, runs
    )
    return Trust(
        laws=made,
        baselines=beside,
        split=plan.split.name,
        column=plan.split.column,
        thresholds=cuts,
        levels=plan.levels,
        selection=selection,
        verdicts=verdicts,
        failures=done.failures,
        warnings=(*findings(noted, made[best]), *stack_findings(done.stacks)),
        stacks=done.stacks,
        settings=plan.to_dict() | {"tolerance": tolerance},
        provenance=runs.provenance.to_dict() | {"table_digest": runs.digest},
        sources=(*dict.fromkeys(law.source for law in chosen), *METHOD_SOURCES),
    )


@dataclass(frozen=True)
class _Made:
    laws: dict[str, tuple[Forecast, ...]]
    failures: dict[str, tuple[str, ...]]
    assumed: tuple[str, ...]
    stacks: dict[float, Stack]


def _all_forecasts(
    plan: Plan,
    runs: Runs,
    cuts: Sequence[float],
    stack: bool,
    progress: Callable[[int, int], None] | None,
) -> _Made:
    made: dict[str, list[Forecast]] = {}
    failures: dict[str, list[str]] = {}
    assumed: dict[str, None] = {}
    stacks: dict[float, Stack] = {}
    done, total = 0, len(plan.laws) * len(cuts)
    for threshold in cuts:
        cut = cut_at(plan, runs, threshold)
        learnt: dict[str, Learnt] = {}
        for law in plan.laws:
            where = f"{law.name} up to {format_count(threshold)}"
            try:
                learnt[law.name] = learn(plan, law, cut)
            except FitError as error:
                failures.setdefault(law.name, []).append(f"{where}: {error.what}")
            else:
                made.setdefault(law.name, []).append(forecast_of(plan, cut, learnt[law.name]))
                if not learnt[law.name].extrapolation.is_known:
                    assumed[where] = None
            done += 1
            if progress is not None:
                progress(done, total)
        if stack and len(learnt) > 1:
            forecast, stacks[threshold] = stacked(plan, cut, learnt)
            made.setdefault(NAME, []).append(forecast)
    if not made:
        raise FitError(
            "No law could be fitted below any threshold.",
            where="; ".join(text for texts in failures.values() for text in texts[:1]),
            matters="what was never forecast cannot be judged.",
            do="add small runs, choose a law with fewer parameters, or a higher --threshold.",
            code="E322",
        )
    ordered = [law.name for law in plan.laws if law.name in made] + ([NAME] if stacks else [])
    return _Made(
        {name: tuple(made[name]) for name in ordered},
        {law: tuple(texts) for law, texts in failures.items()},
        tuple(assumed),
        stacks,
    )


def _same(rival: Sequence[Forecast], law: Sequence[Forecast]) -> list[Forecast]:
    """The rival's forecasts at the thresholds of a law, in its order."""
    by_cut = {item.threshold: item for item in rival}
    return [by_cut[item.threshold] for item in law]
