"""Scores of public models, forecast across a cut-off of compute (X78, X79, X80).

    python -m benchmarks.scores_table

The table is ``obs-scaling``; its README states no held-out error, so ours stand beside compute
alone. Models up to 8.4e22 FLOP are learnt from, those above are tested on. Components are as
published and as chosen on training models, factors and ridge are chosen on training models. Sloth
is shown with 1, 2 and 3 skills: their number was not chosen on training models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.public_tables import data_folder
from isoflop.core.errors import FitError
from isoflop.fit.scores.capability import fit_capability
from isoflop.fit.scores.collaborative import fit_collaborative
from isoflop.fit.scores.link import fit_link
from isoflop.fit.scores.observational import fit_observational
from isoflop.fit.scores.sloth import fit_sloth
from isoflop.fit.scores.subset import choose_models
from isoflop.fit.scores.table import ScoreTable

CUT = 8.4e22  # FLOP; ruan2024
INNER_CUT = 2e22  # FLOP, inside the training models: judges the number of components
PUBLISHED = (0.83, 0.968)  # variance in the first and the first three components
GSM8K = "acc_gsm8k"


def score_table(columns: Sequence[str], further: pl.DataFrame | None = None) -> ScoreTable:
    """Base models with the columns as scores; ``further`` joins by model."""
    table = pl.read_csv(data_folder() / "obs-scaling/base_models.csv", infer_schema_length=None)
    if further is not None:
        table = table.join(further, on="model", how="left")
    values = [_numbers(table, column) for column in columns]
    return ScoreTable(
        models=tuple(table["model"]),
        benchmarks=tuple(columns),
        values=np.column_stack(values),
        families=tuple(table["family"]),
        params=_numbers(table, "params"),
        tokens=_numbers(table, "tokens"),
        compute=_numbers(table, "flops"),
        floors=np.zeros(len(columns)),
    ).checked()


def columns(prefix: str) -> list[str]:
    """Columns of the base models that start so, as fractions only."""
    head = pl.read_csv(data_folder() / "obs-scaling/base_models.csv", n_rows=1)
    return [c for c in head.columns if c.startswith(prefix) and not c.endswith("_bleu")]


def post_training() -> pl.DataFrame:
    """GSM8K under prompting variants, one column a variant."""
    long = pl.read_csv(data_folder() / "obs-scaling/post_training_scores.csv")
    wide = long.filter(pl.col("metric").str.starts_with("gsm8k"))
    return wide.pivot(on="metric", index="model", values="score", aggregate_function="mean")


@dataclass(frozen=True)
class Held:
    """Errors on the models above the cut-off: mean squared and mean absolute, in score."""

    n: int
    squared: float
    absolute: float


def variance() -> tuple[float, float]:
    """Share of variance in the first and the first three components, all 148 models."""
    share = fit_capability(score_table(columns("acc_")).values).share
    return float(share[0]), float(share[:3].sum())


def variance_by_means() -> tuple[float, float]:
    """The same with missing scores at the means of their columns, as the catalogue's check."""
    values = score_table(columns("acc_")).values
    filled = np.where(np.isfinite(values), values, np.nanmean(values, axis=0))
    share = fit_capability(filled).share
    return float(share[0]), float(share[:3].sum())


def observational(
    table: ScoreTable, target: str, basis: Sequence[str], k: int, cut: float = CUT
) -> Held:
    """A sigmoid of k capabilities."""
    train, test = _split(table, target, cut)
    fit = fit_observational(train, target, basis=tuple(basis), n_components=k, resamples=0)
    return _held(fit.forecast(test).value[:, 0], test.column(target))


def compute_only(table: ScoreTable, target: str, cut: float = CUT) -> Held:
    """The same sigmoid of log compute alone."""
    train, test = _split(table, target, cut)
    known = np.isfinite(train.column(target))
    link = fit_link(np.log(train.compute[known])[:, None], train.column(target)[known])
    return _held(link(np.log(test.compute)[:, None]), test.column(target))


def chosen_components(table: ScoreTable, targets: Sequence[str], basis: Sequence[str]) -> int:
    """Components that forecast best from below 2e22 to below 8.4e22 FLOP: training models only."""
    inner = table.take(table.compute <= CUT)
    errors = {}
    for k in (1, 2, 3):
        parts = []
        for target in targets:
            try:
                parts.append(observational(inner, target, basis, k, INNER_CUT).squared)
            except FitError:
                continue
        errors[k] = float(np.mean(parts))
    return min(errors, key=errors.__getitem__)


def all_scores(skills: Sequence[int] = (1, 2, 3)) -> dict[str, Held]:
    """The eight standard scores of held-out models, method by method.

    Sloth and the lines of families know family, size and tokens; collaborative prediction knows
    the other seven scores and no compute. All on models of families that were trained on.
    """
    table = score_table(columns("acc_"))
    train = table.take(table.compute <= CUT)
    fits = {k: fit_sloth(train, n_skills=k, resamples=0) for k in skills}
    known = np.isin(np.array(table.families), fits[skills[0]].families)
    test = table.take((table.compute > CUT) & known)
    found = {
        "mean of the training models": np.broadcast_to(
            np.nanmean(train.values, axis=0), test.values.shape
        )
    }
    found["compute alone"] = _by_compute(train, test)
    for k, fit in fits.items():
        found[f"sloth, {k} skills"] = fit.forecast(test).value
    found["collaborative, other scores known"] = (
        fit_collaborative(train, resamples=0).forecast(test).value
    )
    return {name: _held(said.ravel(), test.values.ravel()) for name, said in found.items()}


def coverage() -> dict[str, float]:
    """Share of held-out scores inside 90% intervals."""
    table = score_table(columns("acc_"))
    train = table.take(table.compute <= CUT)
    sloth = fit_sloth(train, n_skills=3, resamples=40)
    known = np.isin(np.array(table.families), sloth.families)
    test = table.take((table.compute > CUT) & known)
    found = {}
    for name, fit in (("sloth", sloth), ("collaborative", fit_collaborative(train, resamples=100))):
        said, real = fit.forecast(test), np.isfinite(test.values)
        inside = (test.values >= said.lo) & (test.values <= said.hi)
        found[name] = float(inside[real].mean())
    return found


def by_few_models(target: str, basis: Sequence[str], k: int, n: int) -> tuple[Held, Held]:
    """The task from n chosen training models, and from n random ones (median of 20)."""
    table = score_table([*basis, target])
    train, test = _split(table, target, CUT)
    train = train.take(np.isfinite(train.column(target)))
    capability = fit_capability(train.only(basis).values, k)
    S = capability.measure(train.only(basis).values)

    def score(rows: Sequence[int]) -> Held:
        link = fit_link(S[list(rows)], train.column(target)[list(rows)])
        return _held(link(capability.measure(test.only(basis).values)), test.column(target))

    rng = np.random.default_rng(0)
    random = [score(rng.choice(len(S), n, replace=False)) for _ in range(20)]
    middle = sorted(random, key=lambda held: held.squared)[len(random) // 2]
    return score(choose_models(S, n)), middle


def main() -> None:
    """Print everything beside the published figures."""
    if not data_folder().is_dir():
        print(f"skipped: {data_folder()} is absent (set ISOFLOP_DATA)")
        return
    for words, share in (("means", variance_by_means()), ("iterated", variance())):
        print(
            f"variance, filled by {words}: first {share[0]:.1%}, three {share[1]:.1%} "
            f"(catalogue {PUBLISHED[0]:.1%}, {PUBLISHED[1]:.1%}; paper nearly 80%, 97%)"
        )
    basis = columns("acc_")
    _print_targets("emergent tasks", score_table([*basis, *columns("emergent_")]), basis)
    without = [name for name in basis if name != GSM8K]
    prompted = post_training()
    variants = [name for name in prompted.columns if name != "model"]
    _print_targets("GSM8K by prompting", score_table([*basis, *variants], prompted), without)
    print("\neight standard scores above the cut-off, families trained on: mean absolute error")
    for name, held in all_scores().items():
        print(f"  {name:36s} {held.absolute:.4f}  ({held.n} scores)")
    for name, share in coverage().items():
        print(f"  90% intervals of {name} hold {share:.0%}")
    target = "emergent_parsinlu_qa_2_acc"
    for n in (6, 10):
        chosen, random = by_few_models(target, basis, 3, n)
        print(
            f"  {target} from {n} models: chosen {chosen.absolute:.3f}, "
            f"random {random.absolute:.3f} (median of 20)"
        )


def _print_targets(words: str, table: ScoreTable, basis: Sequence[str]) -> None:
    targets = [name for name in table.benchmarks if name not in columns("acc_")]
    k = chosen_components(table, targets, basis)
    print(f"\n{words}: squared error above {CUT:g} FLOP (absolute in brackets)")
    print(f"  {'':58s} 3 components     {k}, chosen below  compute alone")
    rows = []
    for target in targets:
        row = (
            observational(table, target, basis, 3),
            observational(table, target, basis, k),
            compute_only(table, target),
        )
        rows.append(row)
        shown = "  ".join(f"{held.squared:.4f} ({held.absolute:.3f})" for held in row)
        print(f"  {target[:54]:54s} {row[0].n:3d} {shown}")
    squared = np.mean([[held.squared for held in row] for row in rows], axis=0)
    absolute = np.mean([[held.absolute for held in row] for row in rows], axis=0)
    means = "  ".join(f"{s:.4f} ({a:.3f})" for s, a in zip(squared, absolute, strict=True))
    print(f"  {'mean':58s} {means}")


def _by_compute(train: ScoreTable, test: ScoreTable) -> np.ndarray:
    said = []
    for j in range(train.values.shape[1]):
        known = np.isfinite(train.values[:, j])
        link = fit_link(np.log(train.compute[known])[:, None], train.values[known, j])
        said.append(link(np.log(test.compute)[:, None]))
    return np.column_stack(said)


def _split(table: ScoreTable, target: str, cut: float) -> tuple[ScoreTable, ScoreTable]:
    above = (table.compute > cut) & np.isfinite(table.column(target))
    return table.take(table.compute <= cut), table.take(above)


def _held(said: np.ndarray, real: np.ndarray) -> Held:
    off = (said - real)[np.isfinite(real)]
    return Held(len(off), float(np.mean(off**2)), float(np.mean(np.abs(off))))


def _numbers(table: pl.DataFrame, column: str) -> np.ndarray:
    return table[column].cast(pl.Float64).fill_null(np.nan).to_numpy()


if __name__ == "__main__":
    main()
