"""How well a mixing law predicts mixtures it has not seen, beside a straight line and the mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import FitError
from isoflop.fit.mixture_model import MixtureModel, Settings
from isoflop.fit.mixture_table import MixtureTable

RANKED = 3  # fewer mixtures have no order to speak of
MUST_GAIN = 0.3  # X01 entry: a fit must beat the straight line by 30%


@dataclass(frozen=True)
class MixtureScore:
    """Errors of the weighted loss on mixtures left out.

    Attributes
    ----------
    error, linear, mean : mean absolute error, nat/token: of the law, of a straight line in the
        shares, and of predicting the mean of the training mixtures
    spread : standard deviation of ``error`` over the splits
    rank, linear_rank : Spearman correlation of predicted and observed, mean over the splits; None
        where no test part has three mixtures
    n_splits, n_train, n_test : splits made, mixtures in the smallest training part and in all
        test parts
    skipped : splits left out because a source never varies in their training part
    """

    error: float
    linear: float
    mean: float
    spread: float
    rank: float | None
    linear_rank: float | None
    n_splits: int
    n_train: int
    n_test: int
    skipped: int

    @property
    def gain(self) -> float:
        """Share of the straight line's error that the law saves."""
        return 1.0 - self.error / self.linear if self.linear > 0.0 else 0.0

    def to_dict(self) -> dict[str, float | int | None]:
        """Plain fields, for JSON."""
        return {**vars(self), "gain": self.gain}


def score_mixtures(
    model: MixtureModel,
    table: MixtureTable,
    settings: Settings,
    splits: Sequence[tuple[IntArray, IntArray]],
) -> MixtureScore:
    """Fit on each training part, predict its test part.

    Parameters
    ----------
    splits : (training rows, test rows) each

    Raises
    ------
    FitError
        E540 if in no split all sources vary.
    """
    rows = []
    skipped = 0
    for train, test in splits:
        if np.ptp(table.shares[train], axis=0).min() <= 0.0:
            skipped += 1
            continue
        rows.append(_one_split(model, table, settings, train, test))
    if not rows:
        raise FitError(
            "No split of these mixtures leaves every source varying in its training part.",
            where=f"{len(table)} mixtures of {', '.join(table.domains)}",
            matters="nothing could be predicted out of sample.",
            do="add mixtures in which each source has several shares.",
            code="E540",
        )
    error, linear, mean, rank, linear_rank = np.array(rows).T
    return MixtureScore(
        error=float(error.mean()),
        linear=float(linear.mean()),
        mean=float(mean.mean()),
        spread=float(error.std()),
        rank=_mean_rank(rank),
        linear_rank=_mean_rank(linear_rank),
        n_splits=len(rows),
        n_train=min(len(train) for train, _ in splits),
        n_test=sum(len(test) for _, test in splits),
        skipped=skipped,
    )


def random_splits(
    n: int, n_train: int, n_test: int, n_splits: int, seed: int
) -> list[tuple[IntArray, IntArray]]:
    """Random training and test parts; the test part does not depend on the size of the other."""
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(n) for _ in range(n_splits)]
    return [(order[:n_train], order[n - n_test :]) for order in orders]


def fold_splits(n: int, count: int, seed: int) -> list[tuple[IntArray, IntArray]]:
    """Every mixture is left out once."""
    rng = np.random.default_rng(seed)
    parts = np.array_split(rng.permutation(n), min(count, n))
    everything = np.arange(n)
    return [(np.setdiff1d(everything, part), np.sort(part)) for part in parts]


def straight_line(shares: FloatArray, losses: FloatArray, at: FloatArray) -> FloatArray:
    """Least squares of losses (n, n_targets) in the shares, at other mixtures."""
    return np.asarray(at @ np.linalg.lstsq(shares, losses, rcond=None)[0])


def _one_split(
    model: MixtureModel,
    table: MixtureTable,
    settings: Settings,
    train: IntArray,
    test: IntArray,
) -> tuple[float, float, float, float, float]:
    part, observed = table.take(train), table.overall[test]
    at = table.shares[test]
    columns = [model.fit(part, target, settings).predict(at) for target in table.targets]
    predicted = np.stack(columns, axis=1) @ table.weights
    line = straight_line(part.shares, part.losses, at) @ table.weights
    constant = np.full(len(test), part.overall.mean())
    errors = [float(np.abs(one - observed).mean()) for one in (predicted, line, constant)]
    return (
        errors[0],
        errors[1],
        errors[2],
        _spearman(predicted, observed),
        _spearman(line, observed),
    )


def _mean_rank(ranks: FloatArray) -> float | None:
    known = ranks[np.isfinite(ranks)]
    return float(known.mean()) if len(known) else None


def _spearman(left: FloatArray, right: FloatArray) -> float:
    """Rank correlation; NaN with fewer than three, zero where one side does not vary."""
    from scipy.stats import rankdata

    if len(left) < RANKED:
        return float("nan")
    if np.ptp(left) == 0.0 or np.ptp(right) == 0.0:
        return 0.0
    return float(np.corrcoef(rankdata(left), rankdata(right))[0, 1])
