"""Three routes to the best vocabulary, published and refitted, on the table of vocabulary2024.

Prints the published answers, the refit of each route on all sizes and without the largest, and
what the refits say about the largest size, which they have not seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.public_tables import data_folder
from isoflop.core.arrays import FloatArray
from isoflop.core.conventions import Conventions
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.decide.architecture.vocabulary import (
    balanced_compute,
    best_vocabularies,
    by_derivative,
    by_isoflop,
    by_parametric,
)
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective
from isoflop.fit.vocabulary.curves import TARGET
from isoflop.fit.vocabulary.envelope import EnvelopeRoute, by_envelope
from isoflop.fit.vocabulary.growth import GrowthRoute, by_growth, seen_optimum
from isoflop.laws.catalogue import get_published

# Other parameters, width, and entries by routes 1, 2 and 3 as published (whole numbers).
PUBLISHED = (
    (2.87e9, 3200, (37942, 40993, 35271)),
    (7e9, 4096, (62280, 67450, 59547)),
    (13e9, 5120, (83429, 90503, 81347)),
    (70e9, 8192, (211860, 230861, 217961)),
    (300e9, 16384, (355894, 389324, 383659)),
)
HELD_OUT = 1e9  # parameters without vocabulary; the size above it is 1.13B
PER_THOUSAND = 1e3  # the authors' code converts characters with the vocabulary in thousands


@dataclass(frozen=True)
class Routes:
    """Coefficients of the three routes from the same runs."""

    compression: Fit
    envelope: EnvelopeRoute
    growth: GrowthRoute
    parametric: Fit

    def entries(self, N_ne: float, width: float) -> tuple[float, float, float]:
        """Vocabulary entries by routes 1, 2 and 3 at the budget where N_ne is optimal."""
        route = self.envelope
        C = balanced_compute(N_ne, route.K1)
        return (
            by_isoflop(C, width, {"K": route.K2, "a": route.a2}),
            by_derivative(N_ne, width, {"N_0": self.growth.N_0, "g": self.growth.g}),
            by_parametric(N_ne, width, C, self.parametric.values),
        )


def vocabulary_runs() -> Runs:
    """The 1,200 checkpoints with canonical names."""
    table = pl.read_csv(data_folder() / "vocab" / "checkpoints.csv").select(
        params_non_embedding=pl.col("params_nonvocab").cast(pl.Float64),
        params_vocab=pl.col("params_vocab").cast(pl.Float64),
        vocab=pl.col("vocab_size").cast(pl.Float64),
        width=pl.col("d_model").cast(pl.Float64),
        tokens="tokens",
        characters="characters",
        flops="flops",
        tokens_per_character=pl.col("tokens") / pl.col("characters"),
        in_published_fit="in_published_fit",
        **{TARGET: pl.col("loss_unigram_normalised")},
    )
    return Runs(table.with_row_index("row", offset=1), Conventions(), Provenance("vocab", "vocab"))


def fit_parametric(runs: Runs) -> Fit:
    """Route 3 as the source fits it: Huber of 1e-3 in levels, cheap runs left out."""
    chosen = runs.take(runs.values("in_published_fit") == 1.0)
    return fit_law(chosen, "vocab_parametric", objective=Objective("huber", 1e-3), resamples=0)


def fit_routes(runs: Runs) -> Routes:
    """All three routes."""
    compression = fit_law(runs, "tokens_per_character", objective=Objective("squared"), resamples=0)
    envelope = by_envelope(runs)
    return Routes(
        compression=compression,
        envelope=envelope,
        growth=by_growth(runs, compression.values, envelope.K1),
        parametric=fit_parametric(runs),
    )


def in_units_of_the_source(runs: Runs) -> Runs:
    """Tokens as the authors' fit counts them: characters * f(V/1000)."""
    law, published = get_published("tokens_per_character")
    factor = law.predict({"V": runs.values("vocab") / PER_THOUSAND}, published.values)
    return Runs(
        runs.table.with_columns(tokens=pl.Series(runs.values("characters") * factor)),
        runs.conventions,
        runs.provenance,
    )


def errors(fit: Fit, runs: Runs) -> FloatArray:
    """Forecast minus loss (n_runs,), in nat/token."""
    return np.asarray(fit.predict(fit.inputs_of(runs)).value - runs.values(TARGET))


def rms(errors: FloatArray) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(errors**2)))


def print_answers(name: str, routes: Routes) -> None:
    """Entries for the published sizes beside the published ones."""
    for N_ne, width, published in PUBLISHED:
        found = routes.entries(N_ne, width)
        cells = "  ".join(
            f"{v:8.0f} ({v / p - 1:+.0%})" for v, p in zip(found, published, strict=True)
        )
        print(f"  {name:14s} {N_ne:8.3g}  {cells}")


def print_coefficients(name: str, routes: Routes) -> None:
    """Fitted constants of every route on three lines."""
    e, g, p = routes.envelope, routes.growth, routes.parametric.values
    print(f"{name}\n  route 1: K1 {e.K1:.3f}  K2 {e.K2:.3f}  a2 {e.a2:.4f}  ({e.points} points)")
    seen = ", ".join(f"{n:.3g}: {v:.3g}" for n, v in g.observed.items())
    print(f"  route 2: g {g.g:.4f}  N_0 {g.N_0:.4g}  (best seen {seen})")
    print("  route 3: " + "  ".join(f"{k} {v:.4f}" for k, v in p.items()))


def main() -> None:
    """Print everything."""
    print("published constants: entries by routes 1, 2, 3 (in brackets as published)")
    for N_ne, width, stated in PUBLISHED:
        one = best_vocabularies(N_ne, width)
        found = (one.isoflop, one.derivative, one.parametric)
        print(
            f"  {N_ne:8.3g}  "
            + "  ".join(f"{v:.1f} ({p})" for v, p in zip(found, stated, strict=True))
        )
    runs = vocabulary_runs()
    print("published  route 1: K1 -2.4847  K2 -1.5890  a2 0.4164; route 2: g 0.8354  N_0 3.146e+06")
    print("  route 3: E 5.5328  A1 1.8314  A2 0.1958  B 2.1241  a 0.4466  a2 0.6707 (its own D)")
    print("route 3 in the units of the source")
    own = in_units_of_the_source(runs)
    for name, part in (
        ("all sizes", own),
        ("without 1.13B", own.take(own.values("N_ne") < HELD_OUT)),
    ):
        refit = fit_parametric(part)
        print(f"  {name}: " + "  ".join(f"{k} {v:.4f}" for k, v in refit.values.items()))
        for N_ne, width, stated in PUBLISHED:
            entries = by_parametric(N_ne, width, balanced_compute(N_ne), refit.values)
            print(f"    {N_ne:8.3g}  {entries:.0f} ({entries / stated[2] - 1:+.1%})")
    small = runs.take(runs.values("N_ne") < HELD_OUT)
    large = runs.take(runs.values("N_ne") >= HELD_OUT)
    for name, part in (("all sizes", runs), ("without 1.13B", small)):
        routes = fit_routes(part)
        print_coefficients(f"refit, {name}, true tokens", routes)
        print_answers(name, routes)
    N_ne, width = float(large.values("N_ne")[0]), float(large.values("width")[0])
    C = balanced_compute(N_ne, routes.envelope.K1)
    seen = seen_optimum(large, N_ne, C)
    print(
        f"held-out 1.13B at {C:.3g} FLOP: best seen "
        + ("none" if seen is None else f"{seen / width:.0f}")
    )
    print("  refit without it: " + "  ".join(f"{v:.0f}" for v in routes.entries(N_ne, width)))
    one = best_vocabularies(N_ne, width)
    print(f"  published: {one.isoflop:.0f}  {one.derivative:.0f}  {one.parametric:.0f}")
    used = large.take(large.values("in_published_fit") == 1.0)
    print(
        f"  loss, rms error: {rms(errors(routes.parametric, used)):.4f} nat/token held out, "
        f"{rms(routes.parametric.residuals):.4f} in the fit"
    )


if __name__ == "__main__":
    main()
