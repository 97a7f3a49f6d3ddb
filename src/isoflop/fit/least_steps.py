"""Steps and compute as if the batch had been far from critical, run by run (kaplan2020)."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.laws.catalogue import get_rule


def with_least_steps(runs: Runs, critical: Fit | None = None) -> Runs:
    """The runs with columns ``steps_min`` and ``flops_min``, for the law kaplan_learning_curve.

    The critical batch is that at the loss each run (or logged step) reached.

    Parameters
    ----------
    runs : with loss, batch_tokens, params and either steps or tokens; compute is 6ND if absent.
    critical : fit of kaplan_critical_batch; the coefficients of kaplan2020 without one.

    Raises
    ------
    DataError
        If one of the columns is missing.
    """
    law = critical or Fit.published("kaplan_critical_batch")
    batch = runs.values("B")
    spent = runs.values("C") if runs.has("C") else 6.0 * runs.values("N") * runs.values("D")
    adjusted = get_rule("critical_batch_adjustment")(
        C=spent,
        S=runs.values("steps"),
        B=batch,
        B_crit=law.predict({"L": runs.values("loss")}).value,
    )
    table = runs.table.with_columns(
        pl.Series("steps_min", adjusted["S_min"]), pl.Series("flops_min", adjusted["C_min"])
    )
    return replace(runs, table=table).noted(f"steps_min and flops_min by {law.label}")
