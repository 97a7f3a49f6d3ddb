"""Finds the runs that registered forecasts were about, and says how each forecast did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import ConventionError, DataError, UsageError
from isoflop.core.quantities import format_count
from isoflop.core.runs import Runs
from isoflop.validate.ledger.ledger import LEVELS, Ledger
from isoflop.validate.ledger.registered import Registered

TOLERANCE = 0.02  # relative; assumption: moves a loss by a few tenths of a percent at most


@dataclass(frozen=True)
class Matched:
    """What came of reading runs against a ledger.

    Attributes
    ----------
    bodies : new scores, for the ledger
    known : runs that had been scored before
    open : forecasts without a run, each with a sentence on the nearest one
    """

    # Any: bodies are plain JSON values.
    bodies: tuple[dict[str, Any], ...]
    known: int
    open: tuple[str, ...]


def match_runs(
    ledger: Ledger, runs: Runs, *, tolerance: float = TOLERANCE, only: str | None = None
) -> Matched:
    """Score every registered forecast whose run is in the table.

    Parameters
    ----------
    tolerance : by how much each input of the run may differ from the registered one, a fraction.
    only : id of one forecast, whose run the table's only row is, whatever its inputs.

    Raises
    ------
    UsageError
        E594 if there is no forecast of this id, or the table has more runs than one.
    DataError
        E595 if a forecast was learnt from these very runs, E216 if columns are missing.
    ConventionError
        E597 if forecast and runs count parameters differently.
    """
    if only is not None:
        forecast = ledger.forecast(only)
        if len(runs) != 1:
            raise UsageError(
                f"The table has {len(runs)} runs; a forecast named by --id is about one.",
                where=f"{runs.provenance.source}, --id {only}",
                matters="it would be guessed which run is meant.",
                do="keep the one: --where run_id=NAME.",
                code="E594",
            )
        _check(forecast, runs)
        return _scored(ledger, [(forecast, 0)], runs, ())
    pairs, unmet = [], []
    for forecast in ledger.forecasts:
        if not all(runs.has(name) for name in (*forecast.columns.values(), forecast.target)):
            unmet.append(f"{forecast.id}: the table lacks its columns.")
            continue
        off = _distance(forecast, runs)
        rows = np.flatnonzero(off <= np.log1p(tolerance))
        if not len(rows):
            unmet.append(_nearest(forecast, runs, off))
            continue
        _check(forecast, runs)
        pairs += [(forecast, int(row)) for row in rows]
    return _scored(ledger, pairs, runs, tuple(unmet))


def _scored(
    ledger: Ledger, pairs: Sequence[tuple[Registered, int]], runs: Runs, unmet: tuple[str, ...]
) -> Matched:
    known = {_key(score.forecast, score.inputs, score.observed) for score in ledger.scores}
    bodies = []
    for forecast, row in pairs:
        body = _body(forecast, runs, row)
        key = _key(forecast.hash, body["inputs"], body["observed"])
        if key not in known:
            bodies.append(body)
        known.add(key)
    return Matched(tuple(bodies), len(pairs) - len(bodies), unmet)


# Any: plain JSON values.
def _body(forecast: Registered, runs: Runs, row: int) -> dict[str, Any]:
    one = runs.take([row])
    observed = float(one.values(forecast.target)[0])
    spans = {f"{level:g}": forecast.interval(level) for level in LEVELS}
    positive = observed > 0 and forecast.value > 0
    return {
        "forecast": forecast.hash,
        "inputs": {s: float(one.values(name)[0]) for s, name in forecast.columns.items()},
        "observed": observed,
        "are": abs(forecast.value - observed) / abs(observed) if observed else None,
        "log_error": float(np.log(forecast.value / observed)) if positive else None,
        "inside": {
            level: None if span is None else bool(span[0] <= observed <= span[1])
            for level, span in spans.items()
        },
        "pit": forecast.transform(observed),
        "run": {
            "source": runs.provenance.source,
            "row": int(one.rows[0]),
            "run_id": one.text("run_id")[0] if "run_id" in one.columns else None,
            "table_digest": runs.digest,
        },
    }


def _check(forecast: Registered, runs: Runs) -> None:
    """Refuse runs that the forecast was learnt from, and runs that count N another way."""
    if forecast.table_digest == runs.digest:
        raise DataError(
            f"Forecast {forecast.id} was learnt from these very runs.",
            where=f"{runs.provenance.source}, digest {runs.digest[:12]}",
            matters="a law that meets its own data again has forecast nothing.",
            do="read the runs made after it was registered: --where, or a table of their own.",
            code="E595",
        )
    counted = runs.conventions.params
    is_known = {forecast.counts, counted}.isdisjoint({"unknown", ""})
    if "N" in forecast.inputs and is_known and counted != forecast.counts:
        raise ConventionError(
            f"Forecast {forecast.id} counts {forecast.counts} parameters, the runs {counted}.",
            where=f"{runs.provenance.source}, column 'params'",
            matters="the registered size would be another model's.",
            do="read the runs with the same count: --params, or runs.recount.",
            code="E597",
        )


def _distance(forecast: Registered, runs: Runs) -> FloatArray:
    """Largest log distance of an input from the registered one, (n_runs,)."""
    off = np.zeros(len(runs))
    for symbol, column in forecast.columns.items():
        values, wanted = runs.values(column), forecast.inputs[symbol]
        both = (values > 0) & (wanted > 0)
        apart = np.abs(np.log(np.where(both, values, 1.0)) - np.log(wanted if wanted > 0 else 1.0))
        off = np.maximum(off, np.where(both | (values == wanted), np.where(both, apart, 0), np.inf))
    return off


def _nearest(forecast: Registered, runs: Runs, off: FloatArray) -> str:
    i = int(np.argmin(off))
    if not np.isfinite(off[i]):
        return f"{forecast.id}: no run near it."
    point = ", ".join(
        f"{s} {format_count(float(runs.values(name)[i]))}" for s, name in forecast.columns.items()
    )
    return f"{forecast.id}: the nearest run has {point}, off by a factor {np.exp(off[i]):.3g}."


def _key(forecast: str, inputs: Mapping[str, float], observed: float) -> tuple[object, ...]:
    return (forecast, tuple(sorted(inputs.items())), observed)
