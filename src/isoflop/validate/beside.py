"""Baselines forecast the same runs, so that every score of a law stands beside theirs."""

from __future__ import annotations

from collections.abc import Sequence

from isoflop.core.arrays import FloatArray
from isoflop.core.runs import Runs
from isoflop.validate.baseline import Case, baselines
from isoflop.validate.plan import Plan
from isoflop.validate.score import Forecast
from isoflop.validate.split import known_values


def baseline_forecasts(
    plan: Plan, runs: Runs, cuts: Sequence[float]
) -> dict[str, tuple[Forecast, ...]]:
    """Every baseline that applies, at every threshold: {name: forecasts}."""
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


def naive_names() -> set[str]:
    """Baselines that know nothing but the training runs."""
    return {baseline.name for baseline in baselines() if baseline.is_naive}
