"""Keep the hard examples, the easy ones, or all? What the pruning theory says of one's proxy (X19).

Qualitative: the theory's alpha is examples per input dimension, and noisy labels invert its order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.core.errors import PlanError, UsageError
from isoflop.measure.perceptron import Keep, student

LEAST_KEPT = 0.2  # never recommend less without a measured curve; catalogue X19
SHARES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
CLASS_QUOTA = 0.5  # of each class, kept whatever its difficulty; recalled
Advice = Literal["keep-hard", "keep-easy", "keep-all"]


@dataclass(frozen=True)
class Pruning:
    """Error against the share kept, and what to keep.

    Attributes
    ----------
    error_all : of all examples
    errors : {rule: (n_shares,)} for hard, easy and random choice
    advice, share : the cheapest rule within the tolerance
    """

    alpha_tot: float
    shares: tuple[float, ...]
    error_all: float
    errors: dict[str, FloatArray]
    advice: Advice
    share: float


def prune(
    alpha_tot: float, *, tolerance: float = 0.01, shares: Sequence[float] = SHARES
) -> Pruning:
    """The smallest share, hard or easy, whose error is hardly above that of all examples.

    Parameters
    ----------
    alpha_tot : examples per input dimension, the user's proxy for data per parameter.
    tolerance : relative rise of the error that a smaller data set may cost.
    shares : to try, rising.

    Raises
    ------
    UsageError
        E548 for shares below 0.2 or above 1.
    """
    if not all(LEAST_KEPT <= f <= 1.0 for f in shares) or list(shares) != sorted(shares):
        raise UsageError(
            f"Shares to keep must rise from {LEAST_KEPT:g} to 1 at most.",
            where=f"shares {', '.join(f'{f:g}' for f in shares)}",
            matters="below that the theory alone is no reason to throw data away.",
            do="measure the error at smaller shares on a real task.",
            code="E548",
        )
    whole = student(alpha_tot).error
    errors = {
        keep: np.array([student(alpha_tot, f, keep).error for f in shares])
        for keep in get_args(Keep)
    }
    advice: Advice = "keep-all"
    chosen = 1.0
    allowed = (1.0 + tolerance) * whole
    for i, f in enumerate(shares):
        hard, easy = float(errors["hard"][i]), float(errors["easy"][i])
        if min(hard, easy) <= allowed:
            advice, chosen = ("keep-hard" if hard <= easy else "keep-easy"), f
            break
    return Pruning(alpha_tot, tuple(shares), whole, errors, advice, chosen)


def difficulty(embeddings: FloatArray, n_clusters: int, *, seed: int) -> FloatArray:
    """Distance (n,) of each example to the nearest centroid of k-means: far is hard.

    Parameters
    ----------
    embeddings : (n, width) of a self-supervised model
    """
    from scipy.cluster.vq import kmeans2

    rng = np.random.default_rng(seed)
    centroids, nearest = kmeans2(embeddings, n_clusters, minit="++", rng=rng)
    return np.asarray(np.linalg.norm(embeddings - centroids[nearest], axis=1))


def hardest(
    hard: FloatArray, classes: Sequence[object], share: float, quota: float = CLASS_QUOTA
) -> BoolArray:
    """Which examples to keep: the hardest share, and at least the quota of every class.

    Parameters
    ----------
    hard : (n,) difficulty
    classes : (n,) labels
    share, quota : of all, and of each class; a share below the quota takes no class under it.

    Raises
    ------
    PlanError
        E548 if the quotas alone exceed the share.
    """
    n = len(hard)
    kept = np.zeros(n, dtype=bool)
    labels = np.array([str(one) for one in classes])
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        least = int(np.ceil(min(quota, share) * len(members)))
        kept[members[np.argsort(-hard[members], kind="stable")[:least]]] = True
    wanted = round(share * n)
    if kept.sum() > wanted and share > quota:
        raise PlanError(
            f"The quotas of the classes keep {int(kept.sum())} examples, {wanted} were asked for.",
            where=f"share {share:g}, quota {quota:g} of each class",
            matters="small classes round up.",
            do="ask for a larger share or a smaller quota.",
            code="E548",
        )
    rest = np.flatnonzero(~kept)
    more = max(wanted - int(kept.sum()), 0)
    kept[rest[np.argsort(-hard[rest], kind="stable")[:more]]] = True
    return kept
