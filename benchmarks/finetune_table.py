"""Ninety fine-tuning curves (lin2024): forecasts of the largest sizes, and the model to pick.

Losses after fine-tuning on 200 to 102,400 examples forecast those at 409,600 to 1,638,400. The
published side is the check in the table's README: fits in squared logs, scored at 1,638,400 alone.
Ours leaves the rows marked suspect out; its one choice, how much larger sizes count, is made by
forecasts within the training sizes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from benchmarks.public_tables import data_folder
from isoflop.core.conventions import Conventions
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.fit.finetune_curves import LARGER_COUNT
from isoflop.fit.finetune_selection import score_selection, select_model
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective

FULL = 1_638_400
TRAINED = 102_400
HELD_OUT = (409_600, 819_200, FULL)
INNER = (6_400, 12_800)  # forecasts of 102,400 from up to here choose the weights
WEIGHTS = (0.0, 0.25, 0.5, 1.0)
RATIOS = (8, 16, 32, 64, 128, 256, 512)
README_PLAIN, README_RECTIFIED = 14.5, 7.5  # percent
WITHOUT_PLAIN, WITHOUT_RECTIFIED = 14.2, 7.4  # percent, the six curves with suspect rows left out


@dataclass(frozen=True)
class Way:
    """How a curve is fitted."""

    law: str = "rectified"
    objective: Objective = field(default_factory=Objective)
    weight: float = LARGER_COUNT


README = Objective("squared_log")


def curves(*, suspect: bool = False) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """(task, model, rows) of every curve, without the zero-shot loss; suspect rows if asked."""
    table = pl.read_csv(data_folder() / "sft-rectified" / "finetune_losses.csv")
    table = table.filter(pl.col("examples") > 0)
    if not suspect:
        table = table.filter(pl.col("suspect") == 0)
    for (task, model), part in sorted(
        table.partition_by(["dataset", "base_model"], as_dict=True).items()
    ):
        yield str(task), str(model), part


def errors(
    way: Way, trained: int, targets: Sequence[int], *, suspect: bool = False
) -> dict[tuple[str, str], float]:
    """Mean absolute relative error of each curve at the targets, {(task, model): error}."""
    found = {}
    for task, model, part in curves(suspect=suspect):
        test = part.filter(pl.col("examples").is_in(list(targets)))
        if test.is_empty():
            continue
        training = _runs(part.filter(pl.col("examples") <= trained))
        examples = training.values("examples")
        fit = fit_law(
            training,
            way.law,
            objective=way.objective,
            weights=(examples / examples.max()) ** way.weight,
            resamples=0,
        )
        said = fit.predict({"D_f": test["examples"].to_numpy()}).value
        found[task, model] = float(np.mean(np.abs(said / test["loss"].to_numpy() - 1.0)))
    return found


def chosen_weight() -> dict[float, float]:
    """Mean error of forecasts within the training sizes, by weight; the least is taken."""
    return {
        weight: float(
            np.mean(
                [e for cut in INNER for e in errors(Way(weight=weight), cut, [TRAINED]).values()]
            )
        )
        for weight in WEIGHTS
    }


@dataclass(frozen=True)
class Pick:
    """Scores of one way to select, per task."""

    hits: int
    relative_accuracy: tuple[float, ...]
    pearson: tuple[float, ...]


def selections(ratio: int) -> dict[str, Pick]:
    """Ours beside taking the model that is best on the largest part, at a share 1/ratio."""
    scores: dict[str, list] = {"accept, then stop": [], "best so far": []}
    for task in sorted({task for task, _, _ in curves()}):
        parts, measured, latest = {}, {}, {}
        for other, model, part in curves():
            full = part.filter(pl.col("examples") == FULL)
            if other != task or full.is_empty():
                continue
            small = part.filter(pl.col("examples") <= FULL / ratio).sort("examples")
            parts[model] = (small["examples"].to_numpy().astype(float), small["loss"].to_numpy())
            measured[model], latest[model] = full["loss"][0], small["loss"][-1]
        lines = select_model(parts, FULL).lines
        ours = {line.model: line.forecast for line in lines}
        scores["accept, then stop"].append(score_selection(ours, measured))
        scores["best so far"].append(score_selection(latest, measured))
    return {
        name: Pick(
            sum(one.is_hit for one in found),
            tuple(one.relative_accuracy for one in found),
            tuple(one.pearson for one in found),
        )
        for name, found in scores.items()
    }


def main() -> None:
    """Print forecasts and selections beside the published figures."""
    if not data_folder().is_dir():
        print(f"skipped: {data_folder()} is absent (set ISOFLOP_DATA)")
        return
    print("the README's protocol: all rows, squared logs, error at 1,638,400")
    for law, stated in (("finetune_power", README_PLAIN), ("rectified", README_RECTIFIED)):
        found = errors(Way(law, README, 0.0), TRAINED, [FULL], suspect=True)
        _print(law, found, f"README {stated}%")
    print("\nweights by forecasts of 102,400 from up to 6,400 and 12,800 (suspect rows left out)")
    inner = chosen_weight()
    for weight, error in inner.items():
        print(f"  examples^{weight:<5g} {100 * error:6.2f}%")
    weight = min(inner, key=inner.__getitem__)
    print(f"  taken: {weight:g} (shipped: {LARGER_COUNT:g})")
    print("\nsuspect rows left out, weights as chosen")
    for targets, words in (([FULL], "at 1,638,400"), (HELD_OUT, "at 409,600 to 1,638,400")):
        plain = errors(Way("finetune_power", README, 0.0), TRAINED, targets)
        _print(f"plain power, {words}", plain)
        ours = errors(Way(weight=weight), TRAINED, targets)
        note = f"README {WITHOUT_RECTIFIED}% without six curves" if len(targets) == 1 else ""
        _print(f"rectified, {words}", ours, note)
    print(
        "\nselection over 3 tasks: hits of the best model, relative accuracy, correlation by task"
    )
    print("  (lin2024, abstract: near-optimal with hundreds of times less; no hit rate is stated)")
    for ratio in RATIOS:
        for name, pick in selections(ratio).items():
            accuracy = " ".join(f"{value:.3f}" for value in pick.relative_accuracy)
            pearson = " ".join(f"{value:+.2f}" for value in pick.pearson)
            print(f"  1/{ratio:<4d} {name:18s} {pick.hits}/3   {accuracy}   {pearson}")


def _print(name: str, found: dict[tuple[str, str], float], note: str = "") -> None:
    values = 100.0 * np.array(list(found.values()))
    tasks = sorted({task for task, _ in found})
    by = ", ".join(
        f"{task} {100 * np.mean([e for (t, _), e in found.items() if t == task]):.1f}"
        for task in tasks
    )
    print(
        f"  {name:38s} {values.mean():6.2f}%  median {np.median(values):5.2f}%  "
        f"{len(values)} curves ({by})  {note}"
    )


def _runs(table: pl.DataFrame) -> Runs:
    named = table.with_row_index("row", offset=1)
    return Runs(named, Conventions(), Provenance("sft-rectified", "sft-rectified"))


if __name__ == "__main__":
    main()
