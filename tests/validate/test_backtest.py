"""Held-out runs are forecast well, intervals cover them, and the verdict says how far to go."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from isoflop.cli.fit_options import FitOptions
from isoflop.cli.options import StrictOutput
from isoflop.cli.validate import validate
from isoflop.core.conventions import Conventions
from isoflop.core.errors import FitError, UsageError
from isoflop.core.explain import explanations
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.laws.catalogue import get_law
from isoflop.validate.backtest import backtest
from isoflop.validate.trust import Trust

LAW = get_law("chinchilla")
TRUTH = LAW.published[0].values


def made_runs(noise: float = 0.003, bend: float = 0.0, seed: int = 0) -> Runs:
    """Ten IsoFLOP rungs of six sizes from a law we know; ``bend`` breaks it above 1e20 FLOP."""
    rng = np.random.default_rng(seed)
    compute = np.repeat(np.geomspace(1e18, 3e22, 10), 6)
    params = np.sqrt(compute / 120) * np.tile(np.geomspace(0.3, 3, 6), 10)
    tokens = compute / (6 * params)
    loss = LAW.predict({"N": params, "D": tokens}, TRUTH)
    loss = loss * (1 + bend * np.log(np.maximum(compute / 1e20, 1.0)))
    loss = loss * np.exp(noise * rng.standard_normal(60))
    table = pl.DataFrame({"params": params, "tokens": tokens, "flops": compute, "loss": loss})
    return Runs(table.with_row_index("row", offset=1), Conventions(), Provenance("made", "0"))


@pytest.fixture(scope="module")
def chinchilla_runs(data_dir: Path) -> Runs:
    """The 240 digitised runs that besiroglu2024 kept."""
    path = data_dir / "chinchilla-digitised" / "runs.csv"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    table = pl.read_csv(path).filter(pl.col("outlier_dropped_by_besiroglu") == 0)
    numbered = table.with_row_index("row", offset=1)
    return Runs(numbered, Conventions(params="total"), Provenance("runs.csv", "0"))


@pytest.fixture(scope="module")
def rolled() -> Trust:
    return backtest(made_runs(), ["chinchilla", "compute_only"], resamples=100)


@pytest.mark.parametrize(
    ("threshold", "n_test", "are"),
    [("1e20", 104, 0.0089), ("3e20", 63, 0.0100), ("1e21", 23, 0.0105)],
)
def test_larger_chinchilla_runs_are_forecast_within_published_error_and_intervals(
    chinchilla_runs: Runs, threshold: str, n_test: int, are: float
) -> None:
    trust = backtest(chinchilla_runs, "chinchilla", split=f"compute<={threshold}")
    found = trust.scores["chinchilla"]
    assert found.n_test == n_test
    assert round(found.are_mean, 4) <= are  # the targets are stated to 0.01%
    assert found.coverage[0.95] >= 0.90
    assert trust.verdict.reach > 8


def test_chinchilla_beats_every_naive_baseline(chinchilla_runs: Runs) -> None:
    trust = backtest(chinchilla_runs, resamples=50)
    naive = {n: s.are_mean for n, s in trust.baseline_scores.items() if "@" not in n}
    assert set(naive) == {"last value", "nearest run", "straight line", "two points"}
    assert trust.scores["chinchilla"].are_mean < min(naive.values()) / 2
    assert "chinchilla@besiroglu2024 + offset" in trust.baselines


def test_intervals_cover_at_their_level_when_the_law_is_true() -> None:
    trusts = [backtest(made_runs(seed=s), split="compute<=1e21", resamples=100) for s in range(6)]
    covered = np.mean([t.scores["chinchilla"].coverage[0.9] for t in trusts])
    assert covered >= 0.85  # six data sets of 24 held-out runs; wide intervals are allowed


def test_true_law_is_usable_as_far_as_it_was_tested(rolled: Trust) -> None:
    assert rolled.selection.best == "chinchilla"
    assert rolled.verdict.reach == pytest.approx(rolled.verdict.tested)
    assert "farther was never tested" in rolled.verdict.text


def test_law_that_bends_away_is_stopped_before_the_end() -> None:
    trust = backtest(made_runs(bend=0.01), split="compute<=1e20", resamples=50)
    assert 0 < trust.verdict.reach < 20 < trust.verdict.tested
    assert trust.verdict.text.endswith("not beyond")
    assert "W405" in {finding.code for finding in trust.warnings}


def test_law_without_merit_is_not_to_be_used() -> None:
    trust = backtest(made_runs(noise=0.15), split="compute<=1e21", resamples=50)
    assert trust.verdict.reach == 0
    assert trust.verdict.text.startswith("do not use")
    assert not trust.verdict.is_usable


def test_document_keeps_the_contract(rolled: Trust) -> None:
    document = json.loads(rolled.to_json())
    law = document["laws"]["chinchilla"]
    assert set(document) >= {"laws", "baselines", "split", "verdict"}
    assert set(law) >= {"are_mean", "are_max", "bias", "coverage", "n_test", "reducible_are"}
    assert set(law["coverage"]) == {"0.5", "0.8", "0.9", "0.95"}
    assert set(law["extrapolation_factor"]) == {"N", "D", "C"}
    assert set(document["verdict"]) >= {"reach", "text"}


def test_same_runs_and_seed_give_same_bytes(rolled: Trust) -> None:
    again = backtest(made_runs(), ["chinchilla", "compute_only"], resamples=100)
    assert again.to_json() == rolled.to_json()


def test_repr_has_three_lines_and_tables_hold_every_forecast(rolled: Trust) -> None:
    assert len(repr(rolled).splitlines()) == 3
    forecasts = rolled.tables()["forecasts"].filter(pl.col("name") == "chinchilla")
    assert forecasts.height == rolled.scores["chinchilla"].n_test


def test_compute_not_in_the_table_is_taken_as_6nd() -> None:
    runs = made_runs()
    without = Runs(runs.table.drop("flops"), runs.conventions, runs.provenance)
    given = backtest(runs, split="compute<=1e21", resamples=0).scores["chinchilla"]
    derived = backtest(without, split="compute<=1e21", resamples=0).scores["chinchilla"]
    assert derived.are_mean == pytest.approx(given.are_mean)


@pytest.mark.parametrize("split", ["size", "tokens"])
def test_other_splits_hold_out_the_upper_end(split: str) -> None:
    trust = backtest(made_runs(), split=split, resamples=0)
    assert trust.split == split
    assert all((item.reach > 1).all() for item in trust.laws["chinchilla"])


def test_few_training_runs_widen_intervals_by_a_stated_assumption() -> None:
    trust = backtest(made_runs(), split="compute<=1e19", resamples=50)
    assert "W402" in {finding.code for finding in trust.warnings}
    assert trust.scores["chinchilla"].extrapolation == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"split": "compute<=1e30"}, "E321"),
        ({"split": "nonsense"}, "E101"),
        ({"laws": []}, "E323"),
        ({"levels": [1.5]}, "E323"),
    ],
)
def test_impossible_requests_are_refused(arguments: dict[str, object], code: str) -> None:
    with pytest.raises(UsageError) as caught:
        backtest(made_runs(), **arguments)
    assert caught.value.code == code


def test_no_law_that_can_be_fitted_is_an_error() -> None:
    with pytest.raises(FitError) as caught:
        backtest(made_runs().take(list(range(0, 60, 6))), split="compute<=4e18")
    assert caught.value.code == "E322"


def test_every_code_of_this_stage_is_explained() -> None:
    codes = {"E320", "E321", "E322", "E323", *(f"W40{i}" for i in range(6))}
    assert codes <= set(explanations())


def test_command_answers_first_and_in_narrow_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made_runs().to_csv(tmp_path / "runs.csv")
    options = FitOptions(resamples=50)
    validate(path, law=("chinchilla", "compute_only"), fitting=options)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("chinchilla: usable to ")
    assert max(map(len, lines)) <= 100
    assert any("straight line" in line for line in lines)


def test_strict_command_exits_with_one_when_nothing_is_usable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made_runs(noise=0.15).to_csv(tmp_path / "runs.csv")
    out = tmp_path / "trust.json"
    with pytest.raises(SystemExit) as caught:
        validate(
            path,
            threshold=("1e21",),
            fitting=FitOptions(resamples=20),
            output=StrictOutput(strict=True, json=True, out=out),
        )
    assert caught.value.code == 1
    assert json.loads(capsys.readouterr().out) == json.loads(out.read_text("utf-8"))


def test_a_diverged_run_that_makes_the_error_is_named_beside_the_error_of_the_others() -> None:
    runs = made_runs()
    spoilt = pl.when(pl.col("row") == 50).then(9.9).otherwise(pl.col("loss"))
    sick = Runs(runs.table.with_columns(loss=spoilt), runs.conventions, runs.provenance)
    trust = backtest(sick, ["chinchilla"], resamples=20)
    (said,) = [note.text for note in trust.warnings if note.code == "W304"]
    assert "one run makes most of the error: row 50 (-7" in said
    healthy = backtest(runs, ["chinchilla"], resamples=20)
    assert "W304" not in [note.code for note in healthy.warnings]


def test_levels_that_cover_too_little_are_told_in_one_sentence() -> None:
    trust = backtest(made_runs(bend=0.02), ["chinchilla"], resamples=20)
    assert sum(note.code == "W401" for note in trust.warnings) <= 1
