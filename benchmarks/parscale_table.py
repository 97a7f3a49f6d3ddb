"""The law of parallel streams on the table it was published with: fitted, then put to the test.

For each corpus: the refit beside the published constants, and forecasts of the largest size, of
the most streams and of both, by fits that have not seen them; a law blind to streams beside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.public_tables import data_folder
from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.core.conventions import Conventions
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law

CORPORA = {"stack_v2_python": "parscale2025-stack", "pile": "parscale2025-pile"}
LARGEST, MOST_STREAMS = 4e9, 8.0  # held out: sizes above, and this many streams


@dataclass(frozen=True)
class HeldOut:
    """Errors of forecasts on runs a fit has not seen, as fractions of the loss.

    Attributes
    ----------
    worst, mean : of the law; ``blind`` is the mean of the same law without streams.
    """

    name: str
    runs: int
    mean: float
    worst: float
    blind: float
    k: float


def parscale_runs(corpus: str) -> Runs:
    """The 24 runs of a corpus; sizes include the prefix parameters of further streams."""
    table = pl.read_csv(data_folder() / "parscale" / "runs.csv").filter(corpus=corpus)
    table = table.select(
        params_non_embedding=pl.col("params_nonemb").cast(pl.Float64),
        parallel_streams=pl.col("parallel_streams").cast(pl.Float64),
        loss="loss",
    )
    name = f"parscale {corpus}"
    return Runs(table.with_row_index("row", offset=1), Conventions(), Provenance(name, name))


def cases(runs: Runs) -> list[tuple[str, BoolArray, BoolArray]]:
    """(name, runs hidden from the fit, runs it is scored on)."""
    large = runs.values("N_ne") > LARGEST
    many = runs.values("parallel_streams") == MOST_STREAMS
    return [
        ("4.35B", large, large),
        ("P = 8", many, many),
        ("4.35B or P = 8", large | many, large | many),
        ("4.35B and P = 8", large | many, large & many),
    ]


def relative_errors(fit: Fit, runs: Runs) -> FloatArray:
    """Forecast over loss minus one, (n_runs,)."""
    return np.asarray(fit.predict(fit.inputs_of(runs)).value / runs.values("loss") - 1.0)


def held_out(runs: Runs) -> list[HeldOut]:
    """Every case: what was hidden, forecast from the other runs."""
    rows = []
    for name, hidden, scored in cases(runs):
        fit = fit_law(runs.take(~hidden), "parscale", resamples=0)
        blind = fit_law(runs.take(~hidden), "parscale", fixed={"k": 0.0}, resamples=0)
        errors = np.abs(relative_errors(fit, runs.take(scored)))
        rows.append(
            HeldOut(
                name=name,
                runs=int(scored.sum()),
                mean=float(errors.mean()),
                worst=float(errors.max()),
                blind=float(np.abs(relative_errors(blind, runs.take(scored))).mean()),
                k=fit.values["k"],
            )
        )
    return rows


def r2(fit: Fit, runs: Runs) -> float:
    """Share of the variance of the loss that the fit explains."""
    loss = runs.values("loss")
    gap = relative_errors(fit, runs) * loss
    return 1.0 - float(np.sum(gap**2) / np.sum((loss - loss.mean()) ** 2))


def main() -> None:
    """Print everything."""
    for corpus, key in CORPORA.items():
        runs = parscale_runs(corpus)
        fit = fit_law(runs, "parscale", resamples=200)
        published = fit.law.coefficients(key).values
        print(f"{corpus}: {len(runs)} runs, R2 {r2(fit, runs):.4f}")
        for name, value in fit.values.items():
            interval = fit.intervals[name]
            span = "" if interval is None else f"  [{interval[0]:.6g}, {interval[1]:.6g}]"
            print(f"  {name:6s} {value:.6g}  published {published[name]:.6g}{span}")
        for row in held_out(runs):
            print(
                f"  held out {row.name:16s} {row.runs:2d} runs: mean {row.mean:.2%}, worst "
                f"{row.worst:.2%}; blind to streams {row.blind:.2%}; k {row.k:.3f}"
            )


if __name__ == "__main__":
    main()
