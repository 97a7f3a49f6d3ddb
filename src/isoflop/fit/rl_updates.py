"""How many updates a sample of experience should get: the pipeline of rl-utd2025.

Best batch and learning rate at each ratio from seeds drawn anew; learning curves made monotone to
read off the samples a score takes; powers through both; then the ratio of least cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.digest import table_digest
from isoflop.core.errors import DataError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective

DRAWS = 100  # resamples of the seeds


@dataclass(frozen=True)
class SharedSlope:
    """Powers a_task * sigma^-b with one b for all tasks of a benchmark."""

    a: Mapping[str, float]
    b: float

    def at(self, task: str, sigma: FloatArray) -> FloatArray:
        """The quantity at ratios (n,)."""
        return np.asarray(self.a[task] * np.exp(-self.b * np.log(sigma)))


@dataclass(frozen=True)
class LeastCost:
    """The ratio that costs least.

    Attributes
    ----------
    frontier : (n, 3) ratio, samples, compute at every ratio looked at, cheapest data last
    is_interior : false where the cost still falls at an end of the range
    """

    sigma: float
    samples: float
    compute: float
    budget: float
    is_interior: bool
    frontier: FloatArray


def best_setting(
    values: FloatArray, scores: FloatArray, rng: np.random.Generator, draws: int = DRAWS
) -> float:
    """Geometric mean over resampled seeds of the best setting (a batch, a learning rate).

    Parameters
    ----------
    values : (n_settings,) positive.
    scores : (n_settings, n_seeds), higher better; 8 to 10 seeds.
    """
    seeds = rng.integers(0, scores.shape[1], size=(draws, scores.shape[1]))
    means = scores[:, seeds].mean(axis=2)
    return float(np.exp(np.log(values)[means.argmax(axis=0)].mean()))


def samples_to_score(samples: FloatArray, scores: FloatArray, goal: float) -> float:
    """Samples at which a learning curve, made monotone, reaches a score.

    Parameters
    ----------
    samples, scores : (n,) along one run or the mean of several; samples increase.

    Raises
    ------
    DataError
        E559 if the curve never gets there.
    """
    from scipy.optimize import isotonic_regression

    risen = np.asarray(isotonic_regression(scores, increasing=True).x)
    if not risen[-1] >= goal:
        raise DataError(
            f"The learning curve ends at {risen[-1]:g}, below {goal:g}.",
            where=f"{len(scores)} points up to {samples[-1]:g} samples",
            matters="how many samples the score takes cannot be read off it.",
            do="train longer, or ask for a lower score.",
            code="E559",
        )
    after = int(np.argmax(risen >= goal))
    if after == 0 or risen[after] == risen[after - 1]:
        return float(samples[after])
    share = (goal - risen[after - 1]) / (risen[after] - risen[after - 1])
    return float(samples[after - 1] + share * (samples[after] - samples[after - 1]))


def shared_slope(tasks: list[str], sigma: FloatArray, values: FloatArray) -> SharedSlope:
    """Lines in logs with one slope over tasks, by least squares.

    Parameters
    ----------
    tasks, sigma, values : of equal length, a best setting per task and ratio.

    Raises
    ------
    DataError
        E559 if no task has two ratios.
    """
    names, where = np.unique(np.asarray(tasks), return_inverse=True)
    x, y = np.log(sigma), np.log(values)
    count = np.bincount(where)
    x_mean, y_mean = (np.bincount(where, weights=w) / count for w in (x, y))
    inside = x - x_mean[where]
    if float(inside @ inside) < 1e-12:
        raise DataError(
            "No task was run at two ratios of updates to data.",
            where=f"{len(names)} tasks, {len(x)} settings",
            matters="the slope is what changes within a task.",
            do="run each task at two ratios or more.",
            code="E559",
        )
    b = -float(inside @ (y - y_mean[where])) / float(inside @ inside)
    a = np.exp(y_mean + b * x_mean)
    return SharedSlope({str(name): float(a[i]) for i, name in enumerate(names)}, b)


def fit_samples(sigma: FloatArray, samples: FloatArray) -> dict[str, float]:
    """D_min, beta and alpha of ``utd_data``, by least squares of logs.

    Parameters
    ----------
    sigma, samples : (n,) ratio, and samples the score took.
    """
    import polars as pl

    from isoflop.core.conventions import Conventions

    table = pl.DataFrame({"utd": sigma, "samples": samples}).with_row_index("row", offset=1)
    runs = Runs(table, Conventions(), Provenance("samples to a score", table_digest(table)))
    objective = Objective("squared_log")
    return dict(fit_law(runs, "utd_data", objective=objective, resamples=0).values)


def least_cost(
    data: Mapping[str, float],
    batch: FloatArray,
    sigma: FloatArray,
    *,
    flop_per_sample: float,
    sample_price: float,
) -> LeastCost:
    """Minimise F = C + delta * D over the ratio, with C = flop * batch * sigma * D.

    Parameters
    ----------
    data : values of ``utd_data`` for one score.
    batch, sigma : (n,) ratios to look at, and the best batch at each.
    flop_per_sample : FLOP of one update for each sample of its batch.
    sample_price : delta, FLOP that one sample of experience is worth.
    """
    scale = np.exp(data["alpha"] * (np.log(data["beta"]) - np.log(sigma)))
    samples = data["D_min"] + scale
    compute = flop_per_sample * batch * sigma * samples
    budget = compute + sample_price * samples
    at = int(np.argmin(budget))
    return LeastCost(
        float(sigma[at]),
        float(samples[at]),
        float(compute[at]),
        float(budget[at]),
        0 < at < len(sigma) - 1,
        np.column_stack([sigma, samples, compute]),
    )


def ratio_of_budget(budget: FloatArray, sigma: FloatArray) -> tuple[float, float]:
    """b and a of sigma*(F) = (b/F)^a through least-cost ratios (n,) at budgets (n,)."""
    slope, level = np.polyfit(np.log(budget), np.log(sigma), 1)
    return float(np.exp(-level / slope)), -float(slope)
