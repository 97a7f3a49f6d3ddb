"""What the finished runs of a sweep say about those still to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from isoflop.core.errors import IsoflopError
from isoflop.core.quantities import column_of, format_count, is_canonical
from isoflop.measure.launch.run_table import planned_rows, run_table
from isoflop.measure.launch.sweep import Sweep

_SHOWN = 8
_RESAMPLES = 50  # enough for an interval to watch by; a report uses more


@dataclass(frozen=True)
class Expected:
    """A fit of the finished runs and its forecast of the others, or why there is none yet.

    Parameters
    ----------
    runs : [{run_id, inputs, value, lo, hi}], nat/token, 90% intervals for one further run.
    """

    law: str
    n_runs: int
    values: dict[str, float]
    runs: list[dict[str, Any]]  # Any: a JSON document
    problem: str | None = None

    def to_dict(self) -> dict[str, Any]:  # Any: a JSON document
        """Plain fields, for JSON."""
        fields = {"law": self.law, "fitted_runs": self.n_runs, "parameters": self.values}
        return fields | {"runs": self.runs, "problem": self.problem}

    def text(self) -> str:
        """The current fit, then the runs still to come."""
        if self.problem is not None:
            return f"no forecast yet: {self.problem}\n"
        values = ", ".join(f"{name} {value:.4g}" for name, value in self.values.items())
        lines = [f"fit of {self.n_runs} runs, {self.law}: {values}"]
        for run in self.runs[:_SHOWN]:
            at = ", ".join(f"{name} {format_count(v)}" for name, v in run["inputs"].items())
            between = "" if run["lo"] is None else f" ({run['lo']:.4f} to {run['hi']:.4f})"
            lines.append(f"  {run['run_id']} {at}: loss {run['value']:.4f}{between} expected")
        if len(self.runs) > _SHOWN:
            lines.append(f"  ... and {len(self.runs) - _SHOWN} more")
        return "\n".join(lines) + "\n"


def forecast_of(sweep: Sweep, name: str) -> Expected:
    """Fit the finished runs of a sweep and forecast the others.

    Raises
    ------
    UsageError
        E101 if the law is not known.
    """
    from isoflop.fit.fit_law import fit_law
    from isoflop.laws.catalogue import get_law
    from isoflop.measure.read_runs import read_runs

    law = get_law(name)
    coming = [row for row in planned_rows(sweep) if all(column_of(i) in row for i in law.inputs)]
    try:
        table, _ = run_table(sweep)
        own = {name: name for name in table.columns if is_canonical(name)}
        runs = read_runs(table, mapping=own, params="total")
        fit = fit_law(runs, law, resamples=_RESAMPLES)
    except IsoflopError as error:
        return Expected(name, 0, {}, [], error.what)
    forecasts: list[dict[str, Any]] = []  # Any: a JSON document
    if coming:
        points = {i: np.array([float(row[column_of(i)]) for row in coming]) for i in law.inputs}
        made = fit.predict(points, noise=True)
        for k, row in enumerate(coming):
            forecasts.append(
                {
                    "run_id": row["run_id"],
                    "inputs": {i: float(points[i][k]) for i in law.inputs},
                    "value": float(made.value[k]),
                    "lo": None if made.lo is None else float(made.lo[k]),
                    "hi": None if made.hi is None else float(made.hi[k]),
                }
            )
    return Expected(name, len(table), dict(fit.values), forecasts)
