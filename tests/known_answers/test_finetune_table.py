"""X73 on the table of lin2024, rows marked suspect left out; see benchmarks/finetune_table."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.fit.finetune_curves import rectified_fit
from isoflop.fit.finetune_selection import score_selection, select_model
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective

FULL, TRAINED = 1_638_400, 102_400
README = Objective("squared_log")


@pytest.fixture(scope="module")
def table(data_dir):
    path = data_dir / "sft-rectified" / "finetune_losses.csv"
    return pl.read_csv(path).filter(pl.col("examples") > 0)


def curves(table):
    parts = table.partition_by(["dataset", "base_model"], as_dict=True)
    return [part for _, part in sorted(parts.items())]


def runs_of(part):
    training = part.filter(pl.col("examples") <= TRAINED).with_row_index("row", offset=1)
    return Runs(training, Conventions(), Provenance("sft-rectified", "none"))


def errors(parts, fit):
    found = []
    for part in parts:
        full = part.filter(pl.col("examples") == FULL)["loss"]
        if len(full):
            found.append(
                abs(float(fit(runs_of(part)).predict({"D_f": [FULL]}).value[0] / full[0]) - 1)
            )
    return 100.0 * np.array(found)


@pytest.mark.slow
def test_plain_power_law_misses_as_the_readme_says(table):
    def plain(runs):
        return fit_law(runs, "finetune_power", objective=README, resamples=0, n_random=0)

    found = errors(curves(table), plain)
    assert len(found) == 90
    assert found.mean() == pytest.approx(14.5, abs=0.05)
    assert np.median(found) == pytest.approx(8.2, abs=0.05)


def test_rectified_law_forecasts_held_out_sizes(table):
    found = errors(curves(table.filter(pl.col("suspect") == 0)), rectified_fit)
    assert len(found) == 87  # of 90, three have a suspect loss at the full size
    assert found.mean() <= 7.5
    assert np.median(found) < 6.0


@pytest.mark.parametrize("ratio", [8, 64, 512])
def test_selection_is_nearly_the_best_model(table, ratio):
    accuracy = []
    for _, task in sorted(table.filter(suspect=0).partition_by("dataset", as_dict=True).items()):
        measured = dict(task.filter(examples=FULL).select("base_model", "loss").iter_rows())
        small = task.filter(pl.col("examples") <= FULL / ratio)
        parts = {
            model: (part["examples"].to_numpy().astype(float), part["loss"].to_numpy())
            for (model,), part in small.partition_by("base_model", as_dict=True).items()
        }
        lines = select_model(parts, FULL).lines
        accuracy.append(
            score_selection({x.model: x.forecast for x in lines}, measured).relative_accuracy
        )
    assert min(accuracy) > 0.9
