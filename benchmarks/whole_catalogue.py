"""The whole catalogue fitted to every table each law applies to, 200 resamples a fit.

``python -m benchmarks.whole_catalogue [--workers 2] [--resamples 200]``: one line a table, the
laws that could be fitted with their median distance in sample, then laws that met no table.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import polars as pl

from benchmarks import critical_batch, finetune_table, parscale_table, rate_tables, vocab_table
from benchmarks.mixture_data import mixtures
from benchmarks.public_tables import chinchilla, data_folder, other_tables
from isoflop.core.conventions import Conventions
from isoflop.core.errors import UsageError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.fit.rates.cells import Cell
from isoflop.fit.rates.near_optimal import near_optimal
from isoflop.fit.survey import survey
from isoflop.laws.catalogue import all_laws
from isoflop.measure.measured import measured, measured_tables

SEVEN = 7  # sources of the largest public mixture study


def tables() -> Iterator[tuple[str, Runs, str]]:
    """(name, runs, target) of every public table and of our own."""
    yield "chinchilla-digitised", chinchilla(), "loss"
    for name, runs in other_tables():
        yield name, runs, "loss"
    yield "llama3", _table("llama3-isoflop-digitised/isoflop_points.csv"), "loss"
    yield "data-constrained", _table("data-constrained/runs.csv", U="unique_tokens"), "loss"
    yield "mu-scaling", _table("mu-scaling/runs.csv", loss="train_loss"), "loss"
    curves = _read("revisiting-nsl-nmt/curves.csv").with_columns(tokens="examples")
    for (name,), part in sorted(curves.partition_by("architecture", as_dict=True).items()):
        yield f"nmt {name}", _runs(f"nmt {name}", part.select("tokens", "loss")), "loss"
    for corpus in ("stack", "pile"):
        runs = parscale_table.parscale_runs(corpus)
        yield f"parscale {corpus}", runs, "loss"
    yield "vocab", vocab_table.vocabulary_runs(), "score/unigram"
    for model, task, part in finetune_table.curves():
        yield f"sft {model}/{task}", finetune_table._runs(part), "loss"
    critical = critical_batch.runs()
    for size in np.unique(critical.values("params")):
        part = critical.take(critical.values("params") == size)
        yield f"critical-batch {size:.3g}", part, "steps"
    for name, cells in (("steplaw", rate_tables.steplaw()), ("oellm", rate_tables.oellm())):
        near = _near_optimal(name, cells)
        yield f"{name} near-optimal", near, "lr"
        yield f"{name} near-optimal", near, "batch_tokens"
        yield f"{name} best of cells", _best(name, cells), "loss"
    mixes = mixtures(data_folder(), SEVEN, "70M", 30_000)
    losses = [name for name in mixes.columns if name.startswith("loss/")]
    shares = [name for name in mixes.columns if name.startswith("share/")]
    mean = mixes.table.select("row", *shares, loss=pl.mean_horizontal(losses))
    yield "mixtures of 7", Runs(mean, mixes.conventions, mixes.provenance), "loss"
    for name in measured_tables():
        yield f"own {name}", measured(name).runs(), "loss"


def main() -> None:
    """Fit, print, count."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--resamples", type=int, default=200)
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # of the workers: one core each
    begin, met, fits, seconds = time.perf_counter(), set(), 0, 0.0
    slow: dict[str, float] = {}
    context = get_context("spawn")
    with ProcessPoolExecutor(options.workers, mp_context=context) as pool:
        for name, runs, target in tables():
            try:
                found = survey(
                    runs,
                    target=target,
                    resamples=options.resamples,
                    workers=pool,
                    progress=_progress(name),
                )
            except UsageError as error:
                print(f"{name}: {error.what}")
                continue
            met |= {item.law for item in found.fitted}
            fits += len(found.fitted)
            for item in found.laws:
                seconds += item.seconds
                slow[item.law] = slow.get(item.law, 0.0) + item.seconds
            shown = ", ".join(f"{i.law} {i.error:.2%}" for i in found.fitted[:4])
            more = f" and {len(found.fitted) - 4} more" if len(found.fitted) > 4 else ""
            print(f"{name} ({len(runs)} rows, {target}): {shown}{more}", flush=True)
    wall = time.perf_counter() - begin
    unmet = sorted({law.name for law in all_laws()} - met)
    worst = sorted(slow.items(), key=lambda item: -item[1])[:5]
    print(
        f"\n{fits} fits of {len(met)} laws, {options.resamples} resamples each, "
        f"{options.workers} processes: {wall / 60:.1f} min wall, {seconds / 60:.1f} min of fits"
    )
    print("slowest laws: " + ", ".join(f"{law} {s:.0f} s" for law, s in worst))
    print(f"{len(unmet)} laws met no table that has their columns: {', '.join(unmet)}")


def _progress(name: str):
    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            end = "\r" if done < total else "\r\x1b[K"
            sys.stderr.write(f"\r{name} {done}/{total}{end}")

    return show


def _near_optimal(name: str, cells: tuple[Cell, ...]) -> Runs:
    rows = []
    for cell in cells:
        found = near_optimal(cell)
        if not isinstance(found, str):
            for lr, batch in zip(found.lr, found.batch, strict=True):
                rows.append(_cell(cell) | {"lr": lr, "batch_tokens": batch})
    return _runs(name, pl.DataFrame(rows))


def _best(name: str, cells: tuple[Cell, ...]) -> Runs:
    return _runs(name, pl.DataFrame([_cell(cell) | {"loss": cell.best} for cell in cells]))


def _cell(cell: Cell) -> dict[str, float]:
    return {
        "params": cell.N,
        "params_non_embedding": cell.N_ne,
        "tokens": cell.D,
        "flops": cell.C,
        "seq_len": 2048.0,
    }


def _table(path: str, loss: str = "loss", U: str | None = None) -> Runs:
    table = _read(path).with_columns(loss=loss)
    wanted = ["params", "tokens", "flops", "flops_6nd", "loss"]
    kept = [pl.col(name) for name in wanted if name in table.columns]
    kept += [pl.col(U).alias("tokens_unique")] if U else []
    return _runs(path, table.select(*kept).drop_nulls())


def _read(path: str) -> pl.DataFrame:
    return pl.read_csv(data_folder() / path, infer_schema_length=None)


def _runs(name: str, table: pl.DataFrame) -> Runs:
    numbers = table.with_columns(pl.selectors.integer().cast(pl.Float64))
    if "flops" not in numbers.columns and "flops_6nd" in numbers.columns:
        numbers = numbers.rename({"flops_6nd": "flops"})
    return Runs(numbers.with_row_index("row", offset=1), Conventions(), Provenance(name, name))


if __name__ == "__main__":
    main()
