"""The hardware commands: an answer first, one JSON document, and what a mistake says."""

from __future__ import annotations

import json

import pytest

from isoflop.cli.main import build, main

SHAPE = (
    *("--layers", "32", "--width", "4096", "--heads", "32", "--vocab", "32000"),
    *("--seq", "2048", "--batch", "512", "--chip", "h100-sxm"),
)
STEPS = "depth,width,heads,vocab,seq_len,batch,micro_batch,data,tensor,seconds\n" + "".join(
    f"16,{width},8,32000,1024,64,{micro},{data},{tensor},{seconds}\n"
    for width, micro, data, tensor, seconds in (
        (512, 1, 1, 1, 1.9),
        (512, 4, 1, 1, 0.8),
        (1024, 1, 2, 1, 1.0),
        (1024, 4, 2, 1, 0.9),
        (2048, 1, 4, 2, 0.6),
        (2048, 4, 4, 2, 0.55),
        (4096, 1, 1, 8, 2.4),
        (4096, 4, 1, 8, 1.9),
        (2048, 2, 8, 1, 0.62),
        (1024, 8, 8, 1, 0.25),
    )
)


@pytest.fixture
def run(capsys):
    def call(*words: str) -> tuple[str, str]:
        build()(["hardware", *words], exit_on_error=False, result_action="return_value")
        said = capsys.readouterr()
        return said.out, said.err

    return call


@pytest.fixture
def fails(capsys):
    def call(*words: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as stopped:
            main(["hardware", *words])
        return int(stopped.value.code), capsys.readouterr().err

    return call


def test_list_shows_every_chip_and_brackets_what_was_never_checked(run):
    text, _ = run("list")
    assert "h100-sxm     989    1979   80     3.35    900" in text
    assert "(165)" in text
    document = json.loads(run("list", "--json")[0])
    chips = {chip["name"]: chip for chip in document["accelerators"]}
    assert chips["h100-sxm"]["figures"]["hbm"]["source"]
    assert chips["rtx-4090"]["peak_tflops"]["bf16"]["recalled"] is True


def test_fit_gives_verdict_and_parts(run):
    text, _ = run("fit", *SHAPE, "--data", "8", "--zero", "3", "--recompute", "full")
    assert text.startswith("It fits: ")
    document = json.loads(run("fit", *SHAPE, "--json")[0])
    assert document["verdict"] == "does not fit"
    assert sum(document["parts"].values()) == pytest.approx(document["least"])
    assert document["parts"]["optimizer"] == 12 * document["parameters"]


def test_time_gives_seconds_with_their_interval(run):
    layout = ("--data", "8", "--zero", "3")
    assert "s a step" in run("time", *SHAPE, *layout)[0]
    document = json.loads(run("time", *SHAPE, *layout, "--json")[0])
    seconds = document["seconds"]
    assert seconds["lo"] < seconds["value"] < seconds["hi"]
    assert sum(document["parts"].values()) == pytest.approx(seconds["value"])


def test_search_gives_the_best_and_runners_up(run):
    words = ("search", *SHAPE, "--tokens", "1T", "--devices", "64", "128", "--show", "3")
    document = json.loads(run(*words, "--json")[0])
    assert document["best"]["layout"]["devices"] == 128
    assert len(document["runners_up"]) == 2
    assert document["best"]["days"]["lo"] < document["best"]["days"]["value"]
    assert " days (" in run(*words)[0]


def test_a_search_without_a_plan_fails_with_the_nearest(fails):
    words = ("search", *SHAPE, "--tokens", "1T", "--devices", "8", "--days", "1")
    code, said = fails(*words)
    assert code == 3
    assert "[E588]" in said
    assert "deadline" in said
    assert "nearest plan" in said


def test_cost_takes_a_price_only_if_given(run):
    words = ("cost", "--params", "70B", "--tokens", "1T", "--devices", "512", "--mfu", "0.4")
    chip = ("--chip", "h100-sxm")
    without = json.loads(run(*words, *chip, "--json")[0])
    assert without["fast"]["usd"] is None
    with_price = json.loads(run(*words, *chip, "--set", "price=2", "--json")[0])
    hours = with_price["fast"]["device_hours"]
    assert with_price["fast"]["usd"] == [2 * hours, 2 * hours]
    trains = with_price["goodput"]["share"]
    assert hours == pytest.approx(6 * 70e9 * 1e12 / (3600 * 989e12 * 0.4) / trains)


def test_recalled_figures_are_noted(run):
    words = ("cost", "--params", "7B", "--tokens", "1T", "--devices", "64")
    _, said = run(*words, "--chip", "a100-sxm-80", "--recalled")
    assert "note [W580]" in said


def test_shortest_names_the_wall(run):
    words = ("--params", "7B", "--tokens", "1T", "--critical-batch", "1000", "--mfu", "0.4")
    text, _ = run("shortest", *words, "--chip", "h100-sxm")
    assert text.startswith("No number of devices is done in less than ")
    document = json.loads(run("shortest", *words, "--chip", "h100-sxm", "--json")[0])
    assert min(document["seconds"]) > document["wall_seconds"]


def test_calibrate_writes_what_time_reads(run, tmp_path):
    table, saved = tmp_path / "steps.csv", tmp_path / "c.json"
    table.write_text(STEPS)
    text, _ = run("calibrate", str(table), "--chip", "h100-sxm", "--out", str(saved))
    assert text.startswith("Held-out error ")
    document = json.loads(saved.read_text())
    assert document["rows"] == 10
    layout = ("--data", "8", "--zero", "3", "--calibration", str(saved), "--json")
    found = json.loads(run("time", *SHAPE, *layout)[0])
    assert found["coefficients"].startswith("calibrated on 10 timed steps")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("fit", *SHAPE, "--data", "3"), 2, "[E583]"),
        (("fit", *SHAPE[:-1], "h100"), 2, "[E101]"),
        (("fit", *SHAPE[:-1], "absent.toml"), 2, "[E580]"),
        (("fit", *SHAPE, "--optimizer", "adm"), 2, "[E101]"),
        (("fit", *SHAPE, "--set", "hbm=-1"), 2, "[E"),
        (("fit", *SHAPE, "--set", "hmb=1"), 2, "[E101]"),
        (("time", *SHAPE, "--precision", "int4"), 2, "[E581]"),
        (("time", *SHAPE[:-1], "a100-sxm-80", "--data", "8"), 2, "--recalled"),
        (("time", *SHAPE[:-1], "tpu-v6e", "--data", "8"), 2, "--set domain=VALUE"),
        (("time", *SHAPE, "--calibration", "absent.json"), 2, "[E584]"),
        (("search", *SHAPE, "--tokens", "x", "--devices", "8"), 2, "[E214]"),
        (("search", *SHAPE, "--tokens", "1T", "--devices", "64", "--budget", "1"), 3, "[E581]"),
        (("cost", "--params", "7B", "--tokens", "1T", "--devices", "0", *SHAPE[-2:]), 2, "[E582]"),
        (("calibrate", "absent.csv", "--chip", "h100-sxm"), 3, "[E585]"),
    ],
    ids=lambda value: " ".join(value[:1] + value[-2:]) if isinstance(value, tuple) else "",
)
def test_a_mistake_is_said_with_its_code(fails, words, code, says):
    exit_code, said = fails(*words)
    assert exit_code == code, said
    assert says in said
