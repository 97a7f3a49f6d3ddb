"""``isoflop mix``: fit, then the optimum of the saved fit."""

import json
from importlib.resources import files

import pytest

from isoflop.cli.main import main

TABLE = str(files("isoflop.catalogue") / "runs" / "mixture.parquet")
READ = ["--keep", "diverged", "duplicate", "loss_in_bits"]
FAST = ["--resamples", "4", "--folds", "3", "--law", "bimix"]


def run(capsys, *arguments):
    try:
        main(["mix", *arguments])
        code = 0
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    out = capsys.readouterr()
    return code, out.out, out.err


@pytest.fixture
def fitted(tmp_path, capsys):
    path = tmp_path / "mix.json"
    code, text, _ = run(capsys, "fit", TABLE, *READ, *FAST, "--out", str(path))
    assert code == 0
    assert "straight line" in text
    return path


def test_optimum_of_a_saved_fit(fitted, capsys):
    code, text, _ = run(
        capsys, "optimum", str(fitted), "--cap", "german=0.2", "--weights", "c=0.5", "german=0.5"
    )
    assert code == 0
    assert "german <= 0.2" in text


def test_optimum_as_json(fitted, capsys):
    code, text, _ = run(
        capsys, "optimum", str(fitted), "--json", "--unique", "french=10M", "--tokens", "1B"
    )
    document = json.loads(text)
    assert code == 0
    assert document["shares"]["french"]["value"] <= 0.04 + 1e-9
    assert sum(item["value"] for item in document["shares"].values()) == pytest.approx(1.0)


def test_fit_as_json_has_the_held_out_comparison(capsys):
    code, text, _ = run(capsys, "fit", TABLE, *READ, *FAST, "--json")
    heldout = json.loads(text)["heldout"]
    assert code == 0
    assert heldout["error"] < heldout["linear"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["fit", TABLE, *READ, "--law", "mixexp"], 2, "mix_exp"),
        (["fit", TABLE, *READ, "--weights", "rust=1"], 2, "E101"),
        (["optimum", TABLE], 3, "E543"),
    ],
)
def test_mistakes_are_explained(arguments, code, says, capsys):
    found, _, err = run(capsys, *arguments)
    assert found == code
    assert says in err


def test_limits_that_clash_are_explained(fitted, capsys):
    code, _, err = run(capsys, "optimum", str(fitted), "--floor", "c=0.7", "german=0.7")
    assert code == 3
    assert "E541" in err


def test_unique_tokens_need_the_length_of_the_run(fitted, capsys):
    code, _, err = run(capsys, "optimum", str(fitted), "--unique", "french=10M")
    assert code == 2
    assert "--tokens" in err
