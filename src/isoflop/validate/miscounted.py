"""What if sizes were counted wrongly: a fit under four perturbations of N (schaeffer2025)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl

from isoflop.core.arrays import FloatArray
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective
from isoflop.laws.catalogue import get_law

Kind = Literal["none", "times", "plus", "power", "noise"]

DECADE = 10.0  # step in compute over which the drift of tokens per parameter is measured
FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020


@dataclass(frozen=True)
class Miscount:
    """One way to count sizes wrongly.

    Parameters
    ----------
    kind : ``times`` (amount*N), ``plus`` (N + amount), ``power`` (mu*(N/mu)^amount, mu the
        geometric mean) or ``noise`` (log-normal with standard deviation ``amount``).
    """

    kind: Kind
    amount: float

    def apply(self, N: FloatArray, rng: np.random.Generator) -> FloatArray:
        """The sizes as they would have been written down."""
        if self.kind == "times":
            return N * self.amount
        if self.kind == "plus":
            return N + self.amount
        if self.kind == "power":
            middle = np.exp(np.log(N).mean())
            return np.asarray(middle * (N / middle) ** self.amount)
        if self.kind == "noise":
            return np.asarray(N * np.exp(rng.normal(0.0, self.amount, len(N))))
        return N


@dataclass(frozen=True, eq=False)
class Miscounted:
    """The panel: one row per perturbation, the nominal fit first.

    Attributes
    ----------
    rows : kind, amount, E, A, alpha, beta, ratio (D/N at the target) and ratio_slope (tokens per
        parameter gained per decade of compute)
    """

    budget: float
    rows: pl.DataFrame
    fits: tuple[Fit, ...]

    def tables(self) -> dict[str, pl.DataFrame]:
        """The panel as one data frame."""
        return {"miscounted": self.rows}

    def __repr__(self) -> str:
        ratio = self.rows["ratio"].to_list()
        alpha = self.rows["alpha"].to_list()
        return "\n".join(
            (
                f"{len(self.rows) - 1} ways to miscount N, at {self.budget:g} FLOP",
                f"  tokens per parameter {ratio[0]:.3g}, from {min(ratio):.3g} to {max(ratio):.3g}",
                f"  alpha {alpha[0]:.4g}, from {min(alpha):.4g} to {max(alpha):.4g}",
            )
        )


def default_miscounts(smallest: float) -> tuple[Miscount, ...]:
    """The ranges of schaeffer2025, at their ends and in between.

    Parameters
    ----------
    smallest : least size; an additive error up to a third of it stands for an embedding table.
    """
    return (
        *(Miscount("times", amount) for amount in (0.5, 2.0)),
        *(Miscount("plus", amount * smallest) for amount in (-0.3, 0.3, 1.0)),
        *(Miscount("power", amount) for amount in (0.8, 0.9, 1.1, 1.2)),
        *(Miscount("noise", amount) for amount in (0.05, 0.2, 0.5)),
    )


def miscounted(
    runs: Runs,
    budget: float,
    *,
    ways: Sequence[Miscount] = (),
    objective: Objective | None = None,
    seed: int = 0,
) -> Miscounted:
    """Refit chinchilla with sizes counted wrongly, and compare what it would advise.

    Tokens and losses stay; the budget is spent as 6ND in the sizes as counted. A factor moves A
    alone, by its power alpha; the other errors bend the exponents.

    Parameters
    ----------
    budget : FLOP, where tokens per parameter are compared.
    ways : perturbations; those of the source without any.

    Source
    ------
    schaeffer2025.
    """
    N = runs.values("N")
    rng = np.random.default_rng(seed)
    chosen = ways or default_miscounts(float(N.min()))
    rows, fits = [], []
    for way in (Miscount("none", 0.0), *chosen):
        table = runs.table.with_columns(pl.Series("params", way.apply(N, rng)))
        # Compute written in the table was counted with the old sizes.
        kept = table.drop([name for name in ("flops",) if name in table.columns])
        fit = fit_law(
            replace(runs, table=kept), "chinchilla", objective=objective, resamples=0, seed=seed
        )
        now, later = _ratio(fit, budget), _ratio(fit, DECADE * budget)
        known = {name: fit.values[name] for name in ("E", "A", "alpha", "B", "beta")}
        rows.append(
            {"kind": way.kind, "amount": way.amount, **known, "ratio": now}
            | {"ratio_slope": later - now}
        )
        fits.append(fit)
    return Miscounted(budget, pl.DataFrame(rows), tuple(fits))


def _ratio(fit: Fit, budget: float) -> float:
    law = get_law("chinchilla")
    assert law.optimum is not None
    values = {name: np.asarray(value) for name, value in fit.values.items()}
    best = law.optimum(values, np.asarray(budget), FLOP_PER_PARAMETER_TOKEN)
    return float(best["D"] / best["N"])
