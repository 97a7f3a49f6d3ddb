"""Classic mistakes: what, where, why, what to do, a code, the right exit code, no traceback."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from isoflop.cli.main import main
from isoflop.core.explain import explanations
from isoflop.measure.worlds import additive


def study(tmp_path, **columns):
    rng = np.random.default_rng(0)
    N = np.exp(rng.uniform(np.log(1e7), np.log(3e9), 40))
    D = np.exp(rng.uniform(np.log(1e9), np.log(1e11), 40))
    loss = additive.true_loss(N, D) * np.exp(rng.normal(0.0, 0.003, 40))
    frame = pl.DataFrame({"params": N, "tokens": D, "loss": loss}).with_columns(**columns)
    path = tmp_path / "runs.csv"
    frame.write_csv(path)
    return str(path)


def call(capsys, *arguments):
    try:
        main(list(arguments))
        code = 0
    except SystemExit as stop:
        code = stop.code
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    return code, said.out, said.err


MISTAKES = {
    "size in billions": ({"params": pl.col("params") / 1e9}, "W126", 3),
    "loss in bits": ({"loss": pl.col("loss") / np.log(2)}, "W112", 0),
    "one diverged run": (
        {"loss": pl.when(pl.int_range(pl.len()) == 3).then(9.9).otherwise(pl.col("loss"))},
        "W304",
        0,
    ),
    "one ratio": ({"tokens": 20 * pl.col("params")}, "W305", 0),
    "a column of text": ({"tokens": pl.lit("many")}, "E2", 3),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_table_with_a_mistake_is_answered_with_a_code(tmp_path, capsys, name):
    columns, expected, exit_code = MISTAKES[name]
    code, out, err = call(capsys, "fit", study(tmp_path, **columns), "--resamples", "20")
    assert expected in out + err
    assert code == exit_code


def test_duplicate_runs_are_counted_and_named(tmp_path, capsys):
    path = study(tmp_path)
    lines = Path(path).read_text().splitlines()
    Path(path).write_text("\n".join([*lines, lines[1], lines[2]]) + "\n")
    code, _, err = call(capsys, "read", path)
    assert code == 0
    assert "2 rows left out as duplicate" in err


def test_non_embedding_counts_are_told(tmp_path, capsys):
    path = study(tmp_path)
    code, out, _ = call(capsys, "fit", path, "--params", "non_embedding", "--resamples", "0")
    assert code == 0
    assert "W310" in out


@pytest.mark.parametrize(
    ("arguments", "expected", "exit_code"),
    [
        (("--law", "chinchila"), "E101", 2),
        (("--fix", "E"), "E1", 2),
        (("--objective", "mse"), "mse", 2),
        (("--out", "/no/such/folder/fit.json"), "E103", 2),
    ],
)
def test_a_wrong_request_exits_with_two(tmp_path, capsys, arguments, expected, exit_code):
    code, out, err = call(capsys, "fit", study(tmp_path), "--resamples", "0", *arguments)
    assert expected in out + err
    assert code == exit_code


def test_too_few_runs_are_refused(tmp_path, capsys):
    path = study(tmp_path)
    lines = Path(path).read_text().splitlines()[:5]
    Path(path).write_text("\n".join(lines) + "\n")
    code, _, err = call(capsys, "fit", path)
    assert code == 3
    assert "E302" in err


def test_a_missing_file_says_so(tmp_path, capsys):
    code, _, err = call(capsys, "fit", str(tmp_path / "none.csv"))
    assert code == 3
    assert "E201" in err
    assert "do:" in err


def test_json_of_a_fit_keeps_the_contract(tmp_path, capsys):
    import json

    _, out, _ = call(capsys, "fit", study(tmp_path), "--json", "--resamples", "20")
    document = json.loads(out)
    assert {
        "law",
        "target",
        "rows",
        "runs",
        "parameters",
        "objective",
        "starts",
        "warnings",
    } <= set(document)
    assert {"value", "lo", "hi", "unit"} <= set(document["parameters"]["alpha"])


def test_every_code_can_be_explained(capsys):
    _, out, _ = call(capsys, "explain")
    assert [line.split()[0] for line in out.splitlines()] == sorted(explanations())


def test_demo_writes_a_report(tmp_path, capsys):
    code, out, _ = call(capsys, "demo", "--folder", str(tmp_path / "demo"), "--resamples", "50")
    assert code == 0
    assert all(part in out for part in ("1. measure", "2. trust", "3. fit", "4. decide"))
    assert "forecasts of larger runs" in out
    assert (tmp_path / "demo" / "report.html").stat().st_size < 1_000_000


def test_unknown_command_is_wrong_usage(capsys):
    code, _, _ = call(capsys, "fitt")
    assert code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan", "--law", "chinchilla", "--budget", "abc"), "--budget abc"),
        (("plan", "--law", "chinchilla", "--budget=-1e22"), "--budget -1e22"),
        (
            ("plan", "--law", "chinchilla", "--budget", "1e22", "--max-params", "big"),
            "--max-params",
        ),
        (("predict", "--law", "chinchilla", "--at", "N=7B,D=-2T"), "--at N=7B,D=-2T"),
    ],
)
def test_an_option_that_is_no_count_is_wrong_usage(capsys, arguments, said):
    code, _, err = call(capsys, *arguments)
    assert code == 2
    assert f"where: {said}" in err


def test_a_threshold_that_is_no_count_is_wrong_usage(tmp_path, capsys):
    code, _, err = call(capsys, "validate", study(tmp_path), "--threshold", "many")
    assert code == 2
    assert "where: threshold many" in err


def test_help_says_what_every_command_does(capsys):
    _, out, _ = call(capsys, "--help")
    commands = [line for line in out.splitlines() if line.startswith("│ ") and line[2] != " "]
    assert len(commands) > 15
    assert all(line.strip("│ ").count(" ") >= 2 for line in commands)


@pytest.mark.parametrize(
    ("scale", "offered", "refused"),
    [
        (1e-6, "--map 'params=1e+06*params' (if millions)", "1e+09"),
        (1e-9, "--map 'params=1e+09*params' (if billions)", "params=params"),
    ],
)
def test_a_size_in_other_units_is_answered_with_the_option_that_mends_it(
    tmp_path, capsys, scale, offered, refused
):
    code, _, err = call(capsys, "fit", study(tmp_path, params=pl.col("params") * scale))
    assert code == 3
    assert offered in err.partition("do:")[2]
    assert refused not in err
