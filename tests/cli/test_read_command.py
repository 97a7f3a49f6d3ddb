"""``isoflop read`` answers on stdout and notes on stderr."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from cyclopts import App

from isoflop.cli.options import ReadOptions, assignments
from isoflop.cli.read import read
from isoflop.core.errors import DataError, UsageError

TABLE = "size,toks,l\n70M,1.4B,3.9\n140M,2.8B,3.6\n140M,2.8B,\n"
MAPPED = ["--map", "N=size", "D=toks", "--map", "loss=l", "--params", "total"]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text(TABLE)
    return path


def call(*arguments):
    App(default_command=read)(
        [str(item) for item in arguments], exit_on_error=False, result_action="return_value"
    )


def test_the_answer_says_what_was_read_and_left_out(table, capsys):
    call(table, *MAPPED)
    shown = capsys.readouterr()
    assert "Runs: 2 runs, 1 excluded" in shown.out
    assert "params                 from size" in shown.out
    assert "row 3: missing - no value for loss" in shown.out
    assert "note [W101]" in shown.err


def test_json_is_one_document(table, capsys):
    call(table, *MAPPED, "--json")
    document = json.loads(capsys.readouterr().out)
    assert document["rows"] == 2
    assert document["conventions"]["params"] == "total"
    assert document["provenance"]["exclusions"][0]["rule"] == "missing"


def test_a_saved_map_serves_the_next_call(table, tmp_path, capsys):
    call(table, *MAPPED, "--save-map", tmp_path / "map.toml", "--out", tmp_path / "out.parquet")
    call(table, "--map-file", tmp_path / "map.toml", "--drop", "highest_loss=1", "--json")
    shown = capsys.readouterr().out
    assert json.loads(shown[shown.index("\n{") :])["rows"] == 1
    assert (tmp_path / "out.parquet").stat().st_size > 0


def test_an_unknown_output_format_is_wrong_usage(table, tmp_path):
    with pytest.raises(UsageError, match=r"\.xlsx"):
        call(table, *MAPPED, "--out", tmp_path / "out.xlsx")


@pytest.mark.parametrize("pair", ["N", "=1", "N="])
def test_an_assignment_needs_both_sides(pair):
    with pytest.raises(UsageError, match="--fix"):
        assignments([pair], "--fix")


def test_a_typed_map_goes_before_the_file(tmp_path):
    saved = tmp_path / "map.toml"
    saved.write_text('[map]\nparams = "a"\nloss = "b"\n')
    options = ReadOptions(map=("N=c",), map_file=saved)
    assert options.mapping == {"loss": "b", "N": "c"}


def test_curves_are_read_and_written(tmp_path, capsys):
    path = tmp_path / "log.csv"
    path.write_text("run,step,N,D,loss\na,1,10M,1M,9.1\na,2,10M,2M,5.0\nb,1,20M,1M,8.8\n")
    call(path, "--curves", "--params", "total", "--out", tmp_path / "out.parquet")
    assert "Curves: 3 steps of 2 runs, 0 excluded" in capsys.readouterr().out
    call(tmp_path / "out.parquet", "--curves", "--json")
    document = json.loads(capsys.readouterr().out)
    assert [row["run_id"] for row in document["steps"]] == ["a", "a", "b"]
    assert document["conventions"]["params"] == "total"


def test_a_log_that_goes_back_is_an_error_of_the_data(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("run,step,D,loss\na,2,2M,9.1\na,1,1M,5.0\n")
    with pytest.raises(DataError, match="E341"):
        call(path, "--curves")


def test_the_command_loads_nothing_heavy():
    code = (
        "import sys, isoflop.cli.read; "
        "heavy = {'numpy', 'polars', 'narwhals', 'scipy', 'matplotlib'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
