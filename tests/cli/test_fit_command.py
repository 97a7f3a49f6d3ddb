"""``isoflop fit``: joint fits, profile intervals, a start of one's own; short commands."""

from __future__ import annotations

import inspect
import json

import numpy as np
import polars as pl
import pytest

from isoflop.cli import allocate, compare, fit, plan, predict, read, report, validate
from isoflop.cli.main import main
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.fit.profile import profile_intervals
from isoflop.measure.read_runs import read_runs
from isoflop.measure.worlds import additive

COMMANDS = (allocate, compare, fit, plan, predict, read, report, validate)
DECLARED = ("--params", "total", "--loss-unit", "nat/token")


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
    """Two recipes, the second as good as the first on half the tokens."""
    rng = np.random.default_rng(5)
    parts = []
    for recipe, gain in (("old", 1.0), ("new", 2.0)):
        N = np.exp(rng.uniform(np.log(1e7), np.log(3e9), 40))
        D = np.exp(rng.uniform(np.log(1e9), np.log(1e11), 40))
        loss = additive.true_loss(N, gain * D) * np.exp(rng.normal(0.0, 0.002, 40))
        parts.append(
            pl.DataFrame({"params": N, "tokens": D, "loss": loss}).with_columns(
                recipe=pl.lit(recipe)
            )
        )
    file = tmp_path_factory.mktemp("study") / "runs.csv"
    pl.concat(parts).write_csv(file)
    return file


def test_a_joint_fit_shares_what_was_asked(path, capsys):
    shared = ("--by", "recipe", "--share", "E,A,alpha", "--share", "beta")
    code, out, _ = call(capsys, "fit", path, *DECLARED, *shared, "--resamples", "20", "--json")
    document = json.loads(out)
    assert code == 0
    assert {"law", "target", "rows", "runs", "objective", "starts", "warnings", "seconds"} <= set(
        document
    )
    assert document["rows"] == 80
    assert set(document["parameters"]) == {"E", "A", "alpha", "beta", "B[old]", "B[new]"}
    values = {name: item["value"] for name, item in document["parameters"].items()}
    multiplier = (values["B[old]"] / values["B[new]"]) ** (1 / values["beta"])
    assert multiplier == pytest.approx(2.0, rel=0.1)
    assert document["groups"]["old"]["parameters"]["E"] == document["parameters"]["E"]


def test_a_joint_card_shows_every_group(path, capsys):
    options = ("--by", "recipe", "--share", "E", "--fix", "alpha=0.3478", "--resamples", "0")
    code, out, _ = call(capsys, "fit", path, *DECLARED, *options)
    assert code == 0
    assert out.startswith("One fit of 2 groups by recipe: new, old; shared: E.")
    assert out.count("held fixed") == 2
    assert max(map(len, out.splitlines())) <= 100


def test_one_group_of_a_saved_joint_fit_is_a_fit(path, tmp_path, capsys):
    saved = tmp_path / "joint.json"
    options = ("--by", "recipe", "--share", "E", "--resamples", "5", "--out", saved)
    call(capsys, "fit", path, *DECLARED, *options)
    code, _, err = call(capsys, "plan", "--fit", saved, "--budget", "1e22")
    assert code == 3
    assert "2 groups" in err
    part = tmp_path / "old.json"
    part.write_text(json.dumps(json.loads(saved.read_text("utf-8"))["groups"]["old"]))
    assert Fit.load(part).n_rows == 40


@pytest.mark.parametrize(
    "options",
    [
        ("--share", "E"),
        ("--by", "recipe", "--start", "E=1.8"),
        ("--by", "recipe", "--intervals", "profile"),
        ("--by", "recipe", "--drop-outliers"),
        ("--by", "recipe", "--share", "E", "--fix", "E=1.8"),
    ],
)
def test_options_without_effect_are_refused(path, capsys, options):
    code, _, err = call(capsys, "fit", path, "--resamples", "0", *options)
    assert code == 2
    assert "E346" in err


def test_an_unknown_parameter_or_group_is_refused(path, capsys):
    assert call(capsys, "fit", path, "--by", "recipe", "--share", "Q")[0] == 2
    assert call(capsys, "fit", path, "--by", "nothing", "--share", "E")[0] == 2


def test_profile_intervals_are_those_of_the_function(path, tmp_path, capsys):
    saved = tmp_path / "fit.json"
    options = ("--intervals", "profile", "--objective", "squared_log", "--resamples", "10")
    code, out, _ = call(capsys, "fit", path, *DECLARED, *options, "--json", "--out", saved)
    assert code == 0
    document, loaded = json.loads(out), Fit.load(saved)
    runs = read_runs(path, params="total", loss_unit="nat/token")
    expected = profile_intervals(runs, loaded)
    found = {n: (item["lo"], item["hi"]) for n, item in document["parameters"].items()}
    assert found == {n: pytest.approx(span, rel=1e-6) for n, span in expected.items()}
    assert loaded.intervals == found
    assert document["intervals"] == "profile; forecasts by case bootstrap"
    assert len(document["draws"]) == 10


def test_profile_intervals_need_no_resamples(path, capsys):
    options = ("--intervals", "profile", "--resamples", "0")
    code, out, _ = call(capsys, "fit", path, *DECLARED, *options)
    assert code == 0
    assert "profile; none for forecasts" in out


def test_weights_that_are_all_doubled_move_no_profile(path):
    runs = read_runs(path, params="total", loss_unit="nat/token")
    plain, doubled = (
        fit_law(runs, resamples=0, intervals="profile", weights=np.full(len(runs), weight))
        for weight in (1.0, 2.0)
    )
    expected = {name: pytest.approx(span, rel=1e-3) for name, span in plain.intervals.items()}
    assert doubled.intervals == expected


def test_a_start_of_ones_own_is_the_only_one(path, capsys):
    truth = [f"{name}={value}" for name, value in additive.TRUTH.items()]
    starts = [item for pair in truth for item in ("--start", pair)]
    code, out, _ = call(capsys, "fit", path, *DECLARED, *starts, "--resamples", "0", "--json")
    assert code == 0
    assert json.loads(out)["starts"] == {"tried": 1, "agree": 1}


def test_a_start_must_be_a_whole_point(path, capsys):
    code, _, err = call(capsys, "fit", path, "--start", "E=1.8", "--resamples", "0")
    assert code == 2
    assert "E308" in err


@pytest.mark.parametrize("module", COMMANDS, ids=[m.__name__.split(".")[-1] for m in COMMANDS])
def test_a_command_has_at_most_eight_parameters(module):
    function = getattr(module, module.__name__.split(".")[-1])
    assert len(inspect.signature(function).parameters) <= 8


def test_a_joint_fit_names_an_outlier_and_a_remedy_that_it_takes(path, tmp_path, capsys):
    frame = pl.read_csv(path)
    spoilt = pl.when(pl.int_range(pl.len()) == 3).then(9.9).otherwise(pl.col("loss"))
    frame.with_columns(loss=spoilt).rename({"recipe": "corpus"}).write_csv(tmp_path / "runs.csv")
    options = ("--by", "corpus", "--share", "alpha", "--resamples", "0")
    code, out, _ = call(capsys, "fit", tmp_path / "runs.csv", *DECLARED, *options)
    words = " ".join(out.split())
    assert code == 0
    assert "1 of 80 runs lies more than 8 sd off the fit: row 4" in words
    assert "fit their group alone (--where in place of --by)" in words


def test_a_start_may_be_written_as_one_point(path, capsys):
    start = "E=1.8,A=480,alpha=0.34,B=2000,beta=0.36"
    code, out, _ = call(capsys, "fit", path, *DECLARED, "--start", start, "--resamples", "0")
    assert code == 0
    assert "1 of 1 starts" in out


def test_repeated_data_are_told_to_a_law_of_fresh_tokens(path, tmp_path, capsys):
    frame = pl.read_csv(path).with_columns(unique_tokens=pl.col("tokens") / pl.Series([1, 8] * 40))
    frame.write_csv(tmp_path / "runs.csv")
    _, out, _ = call(capsys, "fit", tmp_path / "runs.csv", *DECLARED, "--resamples", "0")
    assert "40 of 80 runs saw their data more than 4 times (up to 8)" in " ".join(out.split())
    assert "W313" not in call(capsys, "fit", path, *DECLARED, "--resamples", "0")[1]
