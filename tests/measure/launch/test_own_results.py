"""What a script logs becomes the row of its run: its peak rate, its held-out loss, its settings."""

from __future__ import annotations

import json

import polars as pl
import pytest

from isoflop.measure.launch.planning import open_sweep, start_sweep
from isoflop.measure.launch.run_table import curve_table, run_table
from isoflop.measure.read_runs import read_runs

SCRIPT = "import pathlib, sys; pathlib.Path(sys.argv[1], 'steps.jsonl').write_text(sys.argv[2])"


@pytest.fixture
def run_of(tmp_path):
    """Runs a sweep whose script logs given lines; returns it."""

    def run(lines, *, settings="", design="", words=()):
        (tmp_path / "script.py").write_text(SCRIPT)
        text = "".join(json.dumps(line) + "\n" for line in lines)
        argv = ["{python}", "script.py", "{folder}", text, *words]
        (tmp_path / "s.toml").write_text(
            f"[command]\nargv = {json.dumps(argv)}\n[command.settings]\n{settings}\n"
            f'[design]\nkind = "points"\n{design}\n'
        )
        sweep, _ = start_sweep(tmp_path / "s.toml", None)
        sweep.run()
        return sweep

    return run


def row(sweep):
    return run_table(sweep)[0].row(0, named=True)


FALLING = [{"step": i, "tokens": 10 * i, "loss": 3.0 - i, "lr": 0.2 / i} for i in (1, 2)]


@pytest.mark.parametrize(("settings", "peak"), [("lr = 0.3", 0.3), ("", 0.2)])
def test_the_rate_of_a_run_is_its_peak_not_that_of_the_last_step(run_of, settings, peak):
    sweep = run_of(FALLING, settings=settings)
    assert row(sweep)["lr"] == peak
    assert curve_table(sweep)[0]["lr_now"].to_list() == [0.2, 0.1]


def test_a_setting_without_a_canonical_name_tells_runs_apart(run_of):
    sweep = run_of(FALLING, design="vary = { dropout = [0.0, 0.1] }")
    assert run_table(sweep)[0]["dropout"].to_list() == [0.0, 0.1]


def test_a_held_out_loss_is_the_loss_at_the_tokens_it_was_measured_at(run_of):
    lines = [*FALLING, {"step": 3, "tokens": 30, "loss": 0.5, "heldout_loss": 0.9}]
    found = row(run_of([*lines, {"step": 4, "tokens": 40, "loss": 0.4}]))
    assert (found["loss"], found["tokens"]) == (0.9, 30)


def test_a_run_that_diverges_after_its_last_held_out_loss_is_diverged(run_of):
    lines = [{"step": 1, "loss": 0.5, "heldout_loss": 0.9}, {"step": 2, "loss": float("nan")}]
    found = row(run_of(lines))
    assert (found["status"], found["loss"]) == ("diverged", None)


def test_the_unit_of_the_loss_is_no_loss(run_of):
    sweep = run_of(FALLING, settings='loss_convention = "nat/token"')
    assert (row(sweep)["status"], row(sweep)["loss"]) == ("done", 1.0)
    assert curve_table(sweep)[0]["loss_convention"].to_list() == ["nat/token"] * 2


def test_batch_in_sequences_is_not_read_as_tokens(run_of, tmp_path):
    sweep = run_of(FALLING, settings="batch = 4\nseq_len = 64\nsteps = 2\nparams = 1000")
    table = run_table(sweep)[0]
    table.write_csv(tmp_path / "runs.csv")
    assert read_runs(tmp_path / "runs.csv").table["batch_tokens"].to_list() == [256.0]
    assert table["steps"].dtype == pl.Int64


def test_shares_reach_the_command_as_json_and_the_table_as_columns(run_of, tmp_path):
    sweep = run_of(
        FALLING,
        design="points = [{ shares = { c = 0.25, python = 0.75 } }]",
        words=["{shares}"],
    )
    found = row(sweep)
    assert (found["share/c"], found["share/python"]) == (0.25, 0.75)


def test_a_sweep_that_was_moved_runs_its_script_where_it_now_is(run_of, tmp_path):
    sweep = run_of(FALLING)
    for name in ("result.json", "steps.jsonl"):
        (sweep.run_folder(sweep.plan.jobs[0].run_id).path / name).unlink()
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("s.toml", "script.py", "s"):
        (tmp_path / name).rename(moved / name)
    start_sweep(moved / "s.toml", None)[0].run()
    assert row(open_sweep(moved / "s.toml"))["loss"] == 1.0
