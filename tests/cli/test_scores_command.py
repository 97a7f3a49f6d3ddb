"""``isoflop scores``: fit and predict by every method, and mistakes that are named."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from isoflop.cli.main import main


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
    """Families of models on four benchmarks, one of them hard; one model tells no tokens."""
    rng = np.random.default_rng(0)
    size = np.tile([1e8, 1e9, 7e9, 3e10, 7e10], 6)
    tokens = np.repeat([3e11, 1e12, 2e12, 4e12, 8e12, 1e13], 5)
    ability = 0.08 * np.log(size * tokens / 1e21)
    columns = {
        f"acc_{name}": np.clip(0.4 + slope * ability + 0.005 * rng.normal(size=30), 0.0, 1.0)
        for name, slope in (("a", 0.4), ("b", 0.2), ("c", 0.3))
    }
    table = pl.DataFrame(
        {
            "model": [f"m{i}" for i in range(30)],
            "family": np.repeat([f"f{i}" for i in range(6)], 5),
            "params": size,
            "tokens": [*tokens[:29], None],
            **columns,
            "task_hard": 1.0 / (1.0 + np.exp(-5.0 * ability)),
        }
    )
    file = tmp_path_factory.mktemp("scores") / "models.csv"
    table.write_csv(file)
    return file


@pytest.mark.parametrize(
    ("options", "at", "rows"),
    [
        (("--target", "task_hard", "--components", 1), "acc_a=0.6,acc_b=0.5", 1),
        (("--target", "task_hard", "--components", 1), "family=f2,N=70B,D=2T", 1),
        (("--method", "sloth", "--components", 1), "family=f2,N=70B,D=2T", 3),
        (
            (
                "--method",
                "collaborative",
            ),
            "acc_a=0.6,acc_b=0.5",
            3,
        ),
    ],
)
def test_a_fit_forecasts_one_model_and_a_table(path, tmp_path, capsys, options, at, rows):
    out = tmp_path / "scores.json"
    told = ("--score", "acc_*", "--params", "total")
    code, text, _ = call(
        capsys, "scores", "fit", path, *told, *options, "--resamples", 5, "--out", out
    )
    assert code == 0
    assert "models" in text
    code, said, _ = call(capsys, "scores", "predict", out, "--at", at, "--json")
    points = json.loads(said)["points"]
    assert code == 0
    assert len(points) == rows
    assert all(0.0 <= p["lo"] <= p["hi"] <= 1.0 for p in points)
    few = tmp_path / "few.csv"
    pl.read_csv(path).head(3).write_csv(few)
    code, said, _ = call(capsys, "scores", "predict", out, few, *told, "--json")
    assert code == 0
    assert len(json.loads(said)["points"]) == 3 * rows


def test_models_without_tokens_are_kept_and_a_cut_off_is_noted(path, capsys):
    told = ("--score", "acc_*", "--target", "task_hard", "--resamples", 0, "--json")
    _, said, _ = call(capsys, "scores", "fit", path, *told)
    assert json.loads(said)["models"] == 30
    _, said, err = call(capsys, "scores", "fit", path, *told, "--below", "1e23")
    assert json.loads(said)["models"] < 30
    assert "learnt from" in err


@pytest.mark.parametrize(
    ("options", "code", "word"),
    [
        ((), 2, "--target"),
        (("--method", "sloth", "--target", "task_hard"), 2, "--target"),
        (("--target", "task_hard", "--components", "0"), 2, "--components"),
        (("--target", "task_easy"), 2, "task_easy"),
    ],
)
def test_mistakes_of_a_fit_are_named(path, capsys, options, code, word):
    found, _, err = call(capsys, "scores", "fit", path, "--score", "acc_*", *options)
    assert found == code
    assert word in err


def test_mistakes_of_a_forecast_are_named(path, tmp_path, capsys):
    out = tmp_path / "scores.json"
    call(
        capsys,
        "scores",
        "fit",
        path,
        "--score",
        "acc_*",
        "--method",
        "sloth",
        "--components",
        1,
        "--resamples",
        0,
        "--out",
        out,
    )
    code, _, err = call(capsys, "scores", "predict", out)
    assert (code, "--at" in err) == (2, True)
    code, _, err = call(capsys, "scores", "predict", out, "--at", "family=f9,N=7B,D=1T")
    assert (code, "E563" in err) == (3, True)
    code, _, err = call(capsys, "scores", "predict", path, "--at", "family=f1,N=7B,D=1T")
    assert (code, "E564" in err) == (3, True)
