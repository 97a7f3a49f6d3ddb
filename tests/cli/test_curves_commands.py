"""``isoflop curves``: fit, predict and schedule from files, and mistakes without tracebacks."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from isoflop.cli.main import main
from isoflop.laws.catalogue import get_curve_law
from isoflop.laws.course import Course
from isoflop.laws.schedule_shapes import Plan

PRESET = "multi_power@mpl-25m"
TRUTH = {"L0": 2.2, "A": 0.6, "alpha": 0.45, "C": 0.6, "lam": 0.99}


def call(capsys, *arguments):
    try:
        main([str(item) for item in arguments])
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    return code, said.out, said.err


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Three runs of the annealing law, the rate logged beside the loss."""
    law, parts = get_curve_law("tissue"), []
    for name in ("constant", "cosine", "wsd"):
        rates, steps = Plan(name, 1500, 1e-3).rates, np.arange(10, 1501, 10)
        losses = law.losses(Course.of(rates, steps), TRUTH)
        part = {"run_id": name, "step": steps, "lr_now": rates[steps - 1], "loss": losses}
        parts.append(pl.DataFrame(part))
    file = tmp_path_factory.mktemp("curves") / "curves.csv"
    pl.concat(parts).write_csv(file)
    return file


@pytest.fixture(scope="module")
def saved(path, tmp_path_factory):
    out = tmp_path_factory.mktemp("fit") / "fit.json"
    arguments = ["curves", "fit", str(path), "--law", "tissue", "--loss-unit", "nat/token"]
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--hold-out", "wsd", "--resamples", "4", "--out", str(out)])
    assert not ended.value.code
    return out


def test_a_fit_says_values_errors_and_the_run_held_out(path, capsys):
    options = ("--law", "tissue", "--hold-out", "wsd", "--resamples", "0", "--fix", "lam=0.99")
    code, out, _ = call(capsys, "curves", "fit", path, *options, "--loss-unit", "nat/token")
    assert code == 0
    assert "Runs it was not fitted to" in out
    assert "held fixed" in out
    assert max(map(len, out.splitlines())) <= 100


def test_the_document_of_a_fit_is_complete(saved):
    document = json.loads(saved.read_text())
    found = {name: item["value"] for name, item in document["parameters"].items()}
    assert found == pytest.approx(TRUTH, rel=0.02)  # rates between logged steps are straight lines
    assert document["held_out"][0]["run_id"] == "wsd"
    assert document["held_out"][0]["worst_abs_error"] < 0.002
    assert document["provenance"]["digest"]


def test_a_schedule_described_in_words_goes_before_the_column(path, capsys):
    words = [f"{name}:{name},peak=1e-3,steps=1500" for name in ("constant", "cosine", "wsd")]
    options = ("--law", "tissue", "--resamples", "0", "--json")
    spoken = [part for word in words for part in ("--schedule", word)]
    code, out, _ = call(capsys, "curves", "fit", path, *options, *spoken)
    assert code == 0
    found = {name: item["value"] for name, item in json.loads(out)["parameters"].items()}
    assert found == pytest.approx(TRUTH, rel=1e-4)


def test_a_forecast_along_a_schedule(saved, capsys):
    wanted = ("--schedule", "wsd_linear,peak=1e-3,steps=1500", "--at", "1K,1500", "--json")
    code, out, _ = call(capsys, "curves", "predict", saved, *wanted)
    assert code == 0
    points = json.loads(out)["points"]
    law = get_curve_law("tissue")
    course = Course.of(Plan("wsd_linear", 1500, 1e-3).rates, [1000, 1500])
    assert [p["loss"] for p in points] == pytest.approx(list(law.losses(course, TRUTH)), rel=2e-3)
    assert all(p["lo"] <= p["loss"] * 1.001 and p["hi"] >= p["loss"] * 0.999 for p in points)


def test_the_best_schedule_is_written_and_read_again(tmp_path, capsys):
    out = tmp_path / "best.csv"
    source = "multi_power@mpl-25m"
    code, said, _ = call(
        capsys, "curves", "schedule", source, "--steps", 800, "--peak", 3e-4, "--out", out
    )
    assert code == 0
    assert said.startswith("Final loss ")
    table = pl.read_csv(out)
    assert table.columns == ["step", "lr"]
    assert table["lr"].is_sorted(descending=True)
    code, text, _ = call(capsys, "curves", "predict", source, "--schedule", out, "--at", 800)
    assert code == 0
    assert text.split(": ")[1][:6] == said.split()[2][:6]


def test_the_peak_of_the_evidence_is_the_default(saved, capsys):
    code, out, _ = call(capsys, "curves", "schedule", saved, "--steps", 600, "--json")
    document = json.loads(out)
    assert code == 0
    assert document["peak"] == pytest.approx(1e-3)
    assert document["loss"] < min(document["others"].values())
    assert len(document["lr"]) == 600


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("fit", "PATH", "--law", "chinchilla"), 2, "E116"),
        (("fit", "PATH", "--hold-out", "nobody"), 2, "E101"),
        (("fit", "PATH", "--lr", "loss_of_sleep"), 2, "E101"),
        (("fit", "PATH", "--law", "tissue", "--where", "run_id=constant"), 3, "E537"),
        (("fit", "PATH", "--law", "tissue", "--points", "1"), 2, "E537"),
        (("fit", "PATH", "--law", "wang_power"), 2, "E537"),
        (("predict", "PATH", "--schedule", "wsd,peak=1e-3,steps=10"), 3, "E538"),
        (("predict", "multi_power@x", "--schedule", "wsd,peak=1e-3,steps=10"), 2, "E101"),
        (("predict", "multi_power@mpl-25m", "--schedule", "wsd"), 2, "E536"),
        (("predict", PRESET, "--schedule", "wsd,peak=1,steps=9", "--at", "x"), 2, "E114"),
        (("predict", PRESET, "--schedule", "wsd,peak=1,steps=9", "--at", "10"), 2, "E536"),
        (("schedule", "multi_power@mpl-25m", "--steps", "100"), 2, "E539"),
        (("schedule", "multi_power@mpl-25m", "--steps", "100", "--out", "x.txt"), 2, "E101"),
    ],
)  # fmt: skip
def test_mistakes_are_told_apart(path, capsys, arguments, code, word):
    given = [path if item == "PATH" else item for item in arguments]
    found, _, said = call(capsys, "curves", *given)
    assert (found, word in said) == (code, True), said
