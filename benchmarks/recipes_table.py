"""Recipes compared on public runs: crossovers (X90, X91, X94) and forecasts of accuracy (X29).

python -m benchmarks.recipes_table
"""

from __future__ import annotations

import polars as pl

from benchmarks.public_tables import data_folder
from isoflop.core.runs import Runs
from isoflop.decide.recipes.versus import versus
from isoflop.measure.read_runs import read_runs
from isoflop.show.versus import versus_text
from isoflop.validate.recipes.ranking import rank_recipes
from isoflop.validate.recipes.recommend import Recommendation, recommend

TARGET = 6e9  # parameters above which a run is held out: one of 6.9B on every corpus
AT = 1e22  # FLOP


def gadre() -> Runs:
    """104 runs on three corpora, the early ones left out as the README advises."""
    return read_runs(
        data_folder() / "gadre-overtraining/runs.csv",
        mapping={"loss": "loss_c4_val", "N": "params", "score/error": "downstream_error_avg17"},
        params="total",
        loss_unit="nat/token",
        where=("loss<5",),
    )


def marin() -> Runs:
    """IsoFLOP runs on three corpora, compute 6ND."""
    return read_runs(
        data_folder() / "marin-isoflop-2026-03/runs.csv",
        mapping={"C": "flops_6nd"},
        params="total",
        loss_unit="nat/token",
    )


def accuracies() -> Recommendation:
    """Mean accuracy over 17 tasks of the 6.9B runs, from all smaller runs of each corpus."""
    runs = gadre()
    table = runs.table.with_columns((1.0 - pl.col("score/error")).alias("score/accuracy"))
    groups = Runs(table, runs.conventions, runs.provenance).groups("train_set")
    small = {name: part.take(part.values("N") < TARGET) for name, part in groups.items()}
    large = {name: part.take(part.values("N") >= TARGET) for name, part in groups.items()}
    return recommend(small, large, accuracy="score/accuracy")


def main() -> None:
    """Print the pages and the scores."""
    if not data_folder().is_dir():
        print(f"skipped: {data_folder()} is absent (set ISOFLOP_DATA)")
        return
    for runs, by, pair in (
        (gadre(), "train_set", ("c4_original", "rpj")),
        (gadre(), "train_set", ("c4_original", "rw_original")),
        (marin(), "dataset", ("dclm", "nemotron")),
        (marin(), "dataset", ("comma", "dclm")),
    ):
        found = versus(runs, by=by, recipes=pair, at=AT)
        print(versus_text(found).split("In words")[0])
        for finding in found.findings:
            print(f"note [{finding.code}] {finding.text}")
    found = accuracies()
    print("mean accuracy over 17 tasks at 6.9B, three corpora, from runs up to 1.4B")
    print("  (datadecide2025 on its own suite: 6.5% for 3-parameter, 230.8% for 5-parameter)")
    for item in found.scored:
        if item.accuracy is None:
            print(f"  {item.name:28s} {item.failed}")
        else:
            off = "" if item.error is None else f"error {item.error:.1%}, {item.points:.1f} points"
            print(f"  {item.name:28s} pairs right {item.accuracy:.0%}  {off}")
    cross = "unknown" if found.cross_validated is None else f"{found.cross_validated:.0%}"
    print(f"  law chosen on two recipes, judged on the third: {cross}; use: {found.use}")
    multiple = gadre().select("chinchilla_multiple=1")
    for scale in rank_recipes(multiple, by="train_set").scales:
        print(
            f"  C4 loss at {scale.size / 1e6:.0f}M, 20 tokens a parameter: "
            f"pairs right {scale.accuracy:.0%}, regret {scale.regret:.3f}"
        )


if __name__ == "__main__":
    main()
