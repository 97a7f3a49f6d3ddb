"""``isoflop design`` and ``isoflop sweep`` from plan to table and forecast."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from isoflop.cli.main import main

SCRIPT = """
import json, sys
folder, params, tokens = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
with open(folder + "/steps.jsonl", "w") as out:
    for part in (0.5, 1.0):
        d = part * tokens
        loss = 1.5 + 20 * params**-0.3 + 30 * d**-0.28
        out.write(json.dumps({"step": part * 100, "tokens": d, "loss": loss, "lr": 0.1}) + "\\n")
"""
SWEEP = """
[command]
argv = ["{python}", "script.py", "{folder}", "{params}", "{tokens}"]
[command.settings]
vocab = 257
seq_len = 64
batch = 1
[design]
kind = "grid"
sizes = [[16, 1], [16, 2], [32, 2], [48, 3], [64, 4]]
ratios = [4, 20, 100]
[launch]
workers = 2
"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    path = tmp_path / "grid.toml"
    path.write_text(SWEEP)
    return path


def call(capsys, *arguments):
    try:
        main([str(argument) for argument in arguments])
        code = 0
    except SystemExit as stop:
        code = stop.code
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    return code, said.out, said.err


def test_design_shows_runs_and_total(file, capsys):
    code, out, _ = call(capsys, "design", file)
    assert code == 0
    assert out.startswith("grid: 15 runs (grid design)")
    assert len(out.splitlines()) == 3 + 15
    _, out, _ = call(capsys, "design", file, "--json")
    document = json.loads(out)
    flops = [run["expected"]["flops"] for run in document["runs"]]
    assert document["total"]["flops"] == pytest.approx(sum(flops))
    assert not (file.parent / "grid").exists()


def test_example_and_kinds_need_no_file(capsys):
    code, out, _ = call(capsys, "design", "--kinds")
    assert code == 0
    assert "isoflop:" in out
    assert "slurm" in out
    assert call(capsys, "design", "--example")[1].startswith("# A sweep")
    assert call(capsys, "design")[0] == 2


def test_a_sweep_runs_and_its_table_is_read_and_fitted(file, capsys, tmp_path):
    code, out, err = call(capsys, "sweep", "run", file)
    assert code == 0
    assert out.startswith("grid: 15 of 15 runs done")
    assert err.count("done, loss") == 15
    table = tmp_path / "runs.csv"
    assert call(capsys, "sweep", "table", file, "--out", table)[0] == 0
    code, out, _ = call(capsys, "read", table, "--params", "total")
    assert code == 0
    code, out, _ = call(capsys, "fit", table, "--resamples", "0", "--json")
    found = json.loads(out)["parameters"]
    assert found["alpha"]["value"] == pytest.approx(0.3, abs=1e-3)
    assert found["E"]["value"] == pytest.approx(1.5, abs=1e-3)


def test_curves_have_a_row_a_step_with_compute_up_to_it(file, capsys, tmp_path):
    call(capsys, "sweep", "run", file)
    call(capsys, "sweep", "table", file, "--curves", "--out", tmp_path / "curves.parquet")
    curves = pl.read_parquet(tmp_path / "curves.parquet")
    assert curves.height == 30
    assert curves["step"].to_list() == [50.0, 100.0] * 15
    half, whole = curves[::2], curves[1::2]
    assert np.allclose(half["flops"] / whole["flops"], 0.5)
    assert curves["lr_now"].to_list() == [0.1] * 30


def test_status_forecasts_runs_still_to_come(file, capsys):
    call(capsys, "sweep", "run", file)
    file.write_text(SWEEP.replace("ratios = [4, 20, 100]", "ratios = [4, 20, 100, 400]"))
    from isoflop.measure.launch.planning import start_sweep

    start_sweep(file, None)
    code, out, _ = call(capsys, "sweep", "status", file)
    assert code == 0
    assert "15 of 20 runs done, 0 running, 0 failed, 5 left" in out
    assert "not running: resume it" in out
    _, out, _ = call(capsys, "sweep", "status", file.parent / "grid", "--json")
    document = json.loads(out)
    assert document["seconds_left"] > 0
    for run in document["forecast"]["runs"]:
        at = run["inputs"]
        truth = 1.5 + 20 * at["N"] ** -0.3 + 30 * at["D"] ** -0.28
        assert run["value"] == pytest.approx(truth, rel=1e-3)


def test_an_unfinished_table_says_how_many_are_missing(file, capsys):
    call(capsys, "sweep", "run", file)
    for path in sorted((file.parent / "grid").glob("runs/*/result.json"))[:4]:
        path.unlink()
    code, out, err = call(capsys, "sweep", "table", file)
    assert code == 0
    assert len(out.splitlines()) == 1 + 11
    assert "W433" in err
    assert "4 runs are not in the table" in err


@pytest.mark.parametrize("action", ["status", "resume", "cancel", "table"])
def test_a_folder_that_is_no_sweep_is_refused(tmp_path, capsys, action):
    code, _, err = call(capsys, "sweep", action, tmp_path)
    assert code == 3
    assert "E437" in err


def test_cancel_of_a_sweep_that_is_over_says_so(file, capsys):
    call(capsys, "sweep", "run", file)
    assert "was not running" in call(capsys, "sweep", "cancel", file)[1]
