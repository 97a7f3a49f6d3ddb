"""``isoflop worlds`` lists, simulates, writes and tells the truth."""

from __future__ import annotations

import json

import pytest
from cyclopts import App

from isoflop.cli.worlds import worlds
from isoflop.core.errors import UsageError
from isoflop.measure.noise_model import all_noise
from isoflop.measure.read_curves import read_curves
from isoflop.measure.read_runs import read_runs
from isoflop.measure.world import all_worlds


def call(*arguments):
    App(default_command=worlds)(
        [str(item) for item in arguments], exit_on_error=False, result_action="return_value"
    )


def test_the_list_names_every_world_and_noise_in_narrow_lines(capsys):
    call()
    lines = capsys.readouterr().out.splitlines()
    names = {line.split()[0] for line in lines if line.startswith("  ")}
    assert names == {item.name for item in (*all_worlds(), *all_noise())}
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_a_table_is_written_and_its_truth_printed(suffix, tmp_path, capsys):
    out = tmp_path / f"runs.{suffix}"
    call("quanta", "--seed", 1, "--out", out, "--set", "alpha=1")
    shown = capsys.readouterr().out
    assert "data             0.5\n" in shown
    assert f"Written: {out}" in shown
    assert read_runs(out).values("loss") == pytest.approx(
        next(w for w in all_worlds() if w.name == "quanta").simulate(1, alpha=1.0).values("loss")
    )


def test_curves_are_written_step_by_step(tmp_path):
    out = tmp_path / "steps.csv"
    call("nqm", "--curves", "--out", out)
    assert len(read_curves(out).run_ids) > 40


def test_noise_takes_its_own_settings(capsys):
    arguments = ("quanta", "--noise", "seed", "--noise", "evaluation", "--json")
    call(*arguments)
    first = json.loads(capsys.readouterr().out)
    call(*arguments, "--set", "evaluation.items=10", "seed.sd_high=0.5", "--set", "alpha=0.4")
    second = json.loads(capsys.readouterr().out)
    assert second["settings"]["alpha"] == 0.4
    assert second["truth"]["size"] == 0.4
    history = second["table"]["provenance"]["conversions"]
    assert [text.split(",")[-1].strip() for text in history] == ["sd_high 0.5", "items 10"]
    assert first["table"]["digest"] != second["table"]["digest"]


def test_the_whole_list_is_one_json_document(capsys):
    call("--json")
    document = json.loads(capsys.readouterr().out)
    assert {item["name"] for item in document["worlds"]} == {w.name for w in all_worlds()}
    assert all(item["settings"] for item in document["noise"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("bordelo",), "E470"),
        (("bordelon", "--set", "c=1"), "E471"),
        (("bordelon", "--set", "a=much"), "E472"),
        (("bordelon", "--set", "a=7"), "E472"),
        (("bordelon", "--seed", -1), "E472"),
        (("nqm", "--set", "start=0"), "E473"),
        (("lottery", "--curves"), "E474"),
        (("lottery", "--noise", "sead"), "E475"),
        (("lottery", "--set", "seed.sd_low=0.1"), "E477"),
        (("lottery", "--out", "runs.xlsx"), "E101"),
    ],
)
def test_wrong_requests_are_refused(arguments, code):
    with pytest.raises(UsageError) as caught:
        call(*arguments)
    assert caught.value.code == code
