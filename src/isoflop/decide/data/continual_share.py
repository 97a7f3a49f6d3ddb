"""Continued pre-training: the largest domain share, the best length, the best checkpoint (X13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import PlanError
from isoflop.decide.monotone_root import monotone_root
from isoflop.fit.fit import Fit

FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020, C = 6*N*D
N_GRID = 400


@dataclass(frozen=True)
class Share:
    """The largest domain share that keeps the general loss.

    Attributes
    ----------
    share : 0 to 1
    lo, hi : interval; None without draws
    limit : general loss allowed, nat/token
    at_edge : whether even the largest share of the evidence keeps it
    """

    share: float
    lo: float | None
    hi: float | None
    limit: float
    at_edge: bool


@dataclass(frozen=True)
class Length:
    """Tokens, domain share and loss of the best use of limited domain text."""

    D: float
    share: float
    loss: float
    at_edge: bool


@dataclass(frozen=True)
class Checkpoint:
    """The base model, length and share with the lowest domain loss within a budget."""

    N: float
    D: float
    share: float
    loss: float


def largest_share(general: Fit, *, N: float, D: float, limit: float) -> Share:
    """The largest share of domain data at which the general loss stays within a limit.

    Parameters
    ----------
    general : law of the general loss in r, the share of *general* data.
    limit : (1 + T)*L_before, nat/token.

    Raises
    ------
    PlanError
        E545 if no share of the evidence keeps the limit.
    """
    low, high = general.evidence.get("r", (0.0, 1.0))  # shares of general data
    points = np.array([[general.values[name] for name in general.law.parameter_names]])
    found = _largest(general, points, N, D, limit, (1.0 - high, 1.0 - low))[0]
    if np.isnan(found):
        raise _no_share(limit, 1.0 - high)
    lo = hi = None
    if len(general.draws):
        drawn = _largest(general, general.draws, N, D, limit, (1.0 - high, 1.0 - low))
        # Where a draw keeps the limit nowhere, the least share of the evidence is the best left.
        drawn = np.where(np.isnan(drawn), 1.0 - high, drawn)
        tail = 50.0 * (1.0 - general.level)
        lo, hi = (float(x) for x in np.percentile(drawn, [tail, 100.0 - tail]))
    return Share(float(found), lo, hi, limit, bool(found >= 1.0 - low))


def interpolated_share(share: FloatArray, general_loss: FloatArray, limit: float) -> float:
    """The same from measured mixtures: the linear crossing between neighbours.

    Parameters
    ----------
    share, general_loss : (n,) domain shares and the general loss there, nat/token

    Raises
    ------
    PlanError
        E545 if the loss does not cross the limit.
    """
    order = np.argsort(share)
    x, y = share[order], general_loss[order]
    above = np.flatnonzero(y > limit)
    if not len(above) or above[0] == 0:
        raise _no_share(limit, float(x[0]))
    k = int(above[0])
    return float(x[k - 1] + (limit - y[k - 1]) / (y[k] - y[k - 1]) * (x[k] - x[k - 1]))


def best_length(
    domain: Fit, *, N: float, domain_tokens: float, within: tuple[float, float] | None = None
) -> Length:
    """With limited domain text: how long to train, the rest of the tokens being general.

    Parameters
    ----------
    domain : law of the domain loss in r, the share of domain data.
    domain_tokens : each is seen once, so that r = domain_tokens/D.
    within : tokens to choose between; the evidence of the fit by default.

    Raises
    ------
    PlanError
        E545 if the domain tokens exceed the largest length.
    """
    low, high = within or domain.evidence.get("D", (domain_tokens, 1e3 * domain_tokens))
    low = max(low, domain_tokens)
    if not high > low:
        raise PlanError(
            f"There are more domain tokens ({domain_tokens:g}) than the longest run has.",
            where=f"lengths up to {high:g} tokens",
            matters="a run of domain text alone does not use it up.",
            do="train longer, or leave part of the domain text out.",
            code="E545",
        )
    grid = np.geomspace(low, high, N_GRID)
    for _ in range(4):  # each round narrows the bracket two hundredfold
        losses = domain.predict({"N": N, "D": grid, "r": domain_tokens / grid}).value
        k = int(np.argmin(losses))
        best, loss = float(grid[k]), float(losses[k])
        grid = np.geomspace(grid[max(k - 1, 0)], grid[min(k + 1, N_GRID - 1)], N_GRID)
    edge = min(abs(np.log(best / low)), abs(np.log(best / high))) < 1e-6
    return Length(best, domain_tokens / best, loss, bool(edge))


def best_checkpoint(
    domain: Fit, general: Fit, before: Mapping[float, float], *, C: float, tolerance: float
) -> Checkpoint:
    """Which base model to continue within a budget, so that general loss rises little.

    Parameters
    ----------
    before : {size: general loss before}, one a checkpoint.
    C : FLOP of the continued training, 6*N*D.
    tolerance : relative rise of the general loss that is allowed.

    Raises
    ------
    PlanError
        E545 if no checkpoint can keep its general loss.
    """
    kept = []
    for N, loss_before in before.items():
        D = C / (FLOP_PER_PARAMETER_TOKEN * N)
        try:
            share = largest_share(general, N=N, D=D, limit=(1.0 + tolerance) * loss_before).share
        except PlanError:
            continue
        loss = float(domain.predict({"N": N, "D": D, "r": share}).value[0])
        kept.append(Checkpoint(N, D, share, loss))
    if not kept:
        raise _no_share((1.0 + tolerance) * max(before.values()), 0.0)
    return min(kept, key=lambda one: one.loss)


def _largest(
    fit: Fit, sets: FloatArray, N: float, D: float, limit: float, within: tuple[float, float]
) -> FloatArray:
    """The largest domain share of each parameter set (n,); NaN where none keeps the limit."""
    grid = np.linspace(*within, N_GRID)
    inputs = fit.law.input_arrays({"N": N, "D": D, "r": 1.0 - grid})
    kept = fit.law.evaluate(inputs, sets) <= limit
    answer = np.full(len(sets), np.nan)
    for i, row in enumerate(kept):
        if not row[0]:
            continue
        k = int(np.argmin(row)) if not row.all() else N_GRID
        if k == N_GRID:
            answer[i] = grid[-1]
            continue

        def excess(share: float, one: FloatArray = sets[i]) -> float:
            at = fit.law.input_arrays({"N": N, "D": D, "r": 1.0 - share})
            return float(fit.law.evaluate(at, one)[0]) - limit

        found = monotone_root(excess, max(float(grid[k - 1]), 1e-12), float(grid[k]))
        answer[i] = grid[k - 1] if found is None else found
    return answer


def _no_share(limit: float, least: float) -> PlanError:
    return PlanError(
        f"No share of domain data keeps the general loss at {limit:.4g} nat/token or less.",
        where=f"shares from {least:.3g} on",
        matters="the smallest share measured already breaks the limit, or none does.",
        do="allow a larger tolerance, or measure smaller (larger) shares.",
        code="E545",
    )
