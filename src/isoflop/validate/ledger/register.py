"""Turns a forecast of a fit into entries of a ledger, with all that a later reader must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from isoflop.core.arrays import FloatArray
from isoflop.core.conventions import Conventions
from isoflop.core.errors import UsageError
from isoflop.core.explain import Finding
from isoflop.core.provenance import Provenance, sha256
from isoflop.core.runs import Runs
from isoflop.core.table import ROW
from isoflop.core.version import __version__
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.validate.extrapolation import Extrapolation, learn_extrapolation, predictive
from isoflop.validate.plan import INNER_STARTS

LEVELS = (0.0, *(i / 10 for i in range(1, 10)), 0.95, 0.98)
"""Central intervals whose ends are kept: quantiles from 1% to 99%."""

_NOTHING_LEARNT = Extrapolation(0.0, 1.0, 2, 0)


@dataclass(frozen=True, eq=False)
class Learnt:
    """What the runs of a fit say of its extrapolation.

    Attributes
    ----------
    largest : size of the largest run, see :func:`_size`
    """

    extrapolation: Extrapolation
    largest: float


def learn(fit: Fit, runs: Runs) -> Learnt:
    """Backtest the law of a fit inside its own runs.

    Raises
    ------
    UsageError
        E595 if these are not the runs of the fit, E596 if the law's target has no logs.
    """
    if fit.provenance.get("table_digest") != runs.digest:
        raise UsageError(
            "These are not the runs that the fit was made from.",
            where=f"{runs.provenance.source}, digest {runs.digest[:12]}",
            matters="its extrapolation error is learnt by backtests inside its own runs.",
            do="give the same file with the same reading options, or leave --runs out.",
            code="E595",
        )
    if fit.law.scale != "log":
        raise UsageError(
            f"The extrapolation error of '{fit.law.name}' cannot be learnt: it has no logs.",
            where=f"law '{fit.law.name}', target {fit.target}",
            matters="the error is learnt as a factor that grows with reach.",
            do="leave --runs out; the interval then holds parameter doubt and noise only.",
            code="E596",
        )
    sizes = _size(fit.inputs_of(runs))
    extrapolation = learn_extrapolation(
        runs, sizes, lambda part: _refit(fit, part), runs.values(fit.target)
    )
    return Learnt(extrapolation, float(sizes.max()))


# Any: bodies are plain JSON values.
def bodies_of(
    fit: Fit, points: Mapping[str, FloatArray], *, note: str = "", learnt: Learnt | None = None
) -> list[dict[str, Any]]:
    """One body a point, for :func:`isoflop.validate.ledger.store.append`.

    Parameters
    ----------
    points : {input: (n_points,)}, natural units.
    note : what the reader should know, such as which run is meant.
    learnt : adds the extrapolation error; without it the quantiles hold less doubt.

    Raises
    ------
    UsageError
        If a forecast is not a finite number (E407).
    """
    value = fit.predict(points).value
    if not np.isfinite(value).all():
        raise UsageError(
            "The forecast at a point is no finite number.",
            where=f"law '{fit.law.name}'",
            matters="it could never be scored.",
            do="choose a point within the law's own limits: isoflop laws " + fit.law.name,
            code="E407",
        )
    probabilities, quantiles = _quantiles(fit, points, learnt)
    reach = _reach(fit, points, learnt)
    shared = {
        "law": fit.label or fit.law.name,
        "target": fit.target,
        "unit": fit.unit,
        "counts": fit.counts,
        "columns": {s: fit.axes.get(s, fit.law.axis(s).column) for s in fit.law.inputs},
        "probabilities": probabilities,
        "table_digest": fit.provenance.get("table_digest"),
        "fit_digest": sha256(fit.to_json().encode()),
        "evidence": {name: list(span) for name, span in fit.evidence.items()},
        "doubt": _doubt(fit, learnt),
        "version": __version__,
        "note": note,
    }
    return [
        shared
        | {
            "inputs": {name: float(array[i]) for name, array in points.items()},
            "value": float(value[i]),
            "quantiles": [float(row[i]) for row in quantiles],
            "reach": None if reach is None else float(reach[i]),
        }
        for i in range(len(value))
    ]


def point_findings(fit: Fit, points: Mapping[str, FloatArray]) -> list[Finding]:
    """Points that need no extrapolation: what comes there says little about a forecast (W591)."""
    inside = np.ones(len(next(iter(points.values()))), dtype=bool)
    for name, values in points.items():
        low, high = fit.evidence.get(name, (np.inf, -np.inf))
        inside &= (values >= low) & (values <= high)
    reach = _reach(fit, points, None)
    inside &= True if reach is None else reach <= 1.0
    return [
        Finding("W591", f"point {i + 1} lies inside the evidence of the fit.")
        for i in np.flatnonzero(inside)
    ]


def _quantiles(
    fit: Fit, points: Mapping[str, FloatArray], learnt: Learnt | None
) -> tuple[list[float], list[FloatArray]]:
    """Probabilities in rising order, and for each the quantile at every point."""
    if not len(fit.draws):
        return [], []
    if fit.law.scale == "log" and len(fit.residuals):
        size = _size(points)
        log_reach = np.zeros(len(size))
        if learnt is not None:
            log_reach = np.log(np.maximum(size / learnt.largest, 1.0))
        extrapolation = _NOTHING_LEARNT if learnt is None else learnt.extrapolation
        spans = predictive(fit, _as_runs(fit, points), log_reach, extrapolation, LEVELS)
    else:
        made = {level: fit.predict(points, level=level, noise=True) for level in LEVELS}
        spans = {
            level: (found.lo, found.hi)
            for level, found in made.items()
            if found.lo is not None and found.hi is not None
        }
    ends = {round(0.5 - level / 2, 6): span[0] for level, span in spans.items()}
    ends |= {round(0.5 + level / 2, 6): span[1] for level, span in spans.items()}
    return sorted(ends), [ends[probability] for probability in sorted(ends)]


def _as_runs(fit: Fit, points: Mapping[str, FloatArray]) -> Runs:
    columns = {fit.axes.get(s, fit.law.axis(s).column): array for s, array in points.items()}
    n = len(next(iter(points.values())))
    table = pl.DataFrame({ROW: np.arange(1, n + 1), **columns})
    return Runs(table, Conventions(), Provenance("points", ""))


def _size(inputs: Mapping[str, FloatArray]) -> FloatArray:
    """What reach is a multiple of: N D where the law has both, else C, else its first input."""
    if "N" in inputs and "D" in inputs:
        return np.asarray(inputs["N"] * inputs["D"])
    return np.asarray(inputs["C"] if "C" in inputs else next(iter(inputs.values())))


def _reach(fit: Fit, points: Mapping[str, FloatArray], learnt: Learnt | None) -> FloatArray | None:
    if learnt is not None:
        return np.asarray(_size(points) / learnt.largest)
    both = "N" in points and "D" in points
    name = "C" if both or "C" in points else next(iter(points))
    if name not in fit.evidence:
        return None
    size = 6.0 * _size(points) if both else _size(points)  # FLOP by 6ND
    return np.asarray(size / fit.evidence[name][1])


def _doubt(fit: Fit, learnt: Learnt | None) -> str:
    if not len(fit.draws):
        return "none known"
    if learnt is None:
        return "parameters and run-to-run noise; no extrapolation error"
    if learnt.extrapolation.is_known:
        return "parameters, run-to-run noise, extrapolation error learnt by backtests"
    return "parameters, run-to-run noise, extrapolation error assumed"


def _refit(fit: Fit, part: Runs) -> Fit:
    return fit_law(
        part,
        fit.law,
        axes=fit.axes,
        target=fit.target,
        objective=fit.objective,
        fixed={name: fit.values[name] for name in fit.fixed},
        resamples=0,
        seed=fit.seed,
        n_random=INNER_STARTS,
    )
