"""``isoflop versus``: one page and one document, verdicts, and mistakes that are named."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from isoflop.cli.main import main

READ = ("--params", "total", "--loss-unit", "nat/token", "--resamples", "20")
TOLD = (*READ, "--law", "m2")


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
    """Two recipes, the new one worth three times the compute; a third with one run."""
    rng = np.random.default_rng(1)
    C = np.geomspace(1e18, 1e21, 9)
    N = np.sqrt(C / 120.0)
    parts = []
    for recipe, gain in (("old", 1.0), ("new", 3.0)):
        loss = (1.5 + 30.0 * (gain * C) ** -0.08) * np.exp(rng.normal(0.0, 0.0005, len(C)))
        parts.append(
            pl.DataFrame(
                {"params": N, "tokens": C / (6.0 * N), "flops": C, "loss": loss}
            ).with_columns(recipe=pl.lit(recipe))
        )
    file = tmp_path_factory.mktemp("versus") / "runs.csv"
    pl.concat([*parts, parts[0].head(1).with_columns(recipe=pl.lit("odd"))]).write_csv(file)
    return file


def test_a_page_and_a_document_say_the_same(path, capsys):
    asked = ("versus", path, "--by", "recipe", "--recipes", "old,new", "--at", "1e22", *TOLD)
    code, page, _ = call(capsys, *asked)
    assert code == 0
    assert page.startswith("new is better at 1e22 FLOP")
    assert "efficiency gain" in page
    assert "Protocol" in page
    code, text, _ = call(capsys, *asked, "--json")
    document = json.loads(text)
    assert document["verdict"] == "new"
    shared = document["compared"][1]
    assert shared["floors"] == "shared"
    assert shared["multipliers"][0]["value"] == pytest.approx(3.0, rel=0.1)
    assert shared["crossover"]["probability_first_better"] < 0.05


def test_far_beyond_the_runs_there_is_no_verdict(path, capsys):
    asked = ("versus", path, "--by", "recipe", "--recipes", "old,new", "--at", "1e24", *TOLD)
    code, page, err = call(capsys, *asked, "--strict")
    assert code == 1
    assert page.startswith("Undecided")
    assert "W561" in err


@pytest.mark.parametrize(
    ("options", "code", "word"),
    [
        (("--recipes", "old,newer", "--at", "1e22"), 2, "E101"),
        (("--recipes", "old", "--at", "1e22"), 3, "E565"),
        (("--at", "1e22"), 3, "E565"),
        (("--recipes", "old,new", "--at", "soon"), 2, "--at"),
        (("--recipes", "old,new", "--at", "0"), 3, "E567"),
        (("--recipes", "old,new", "--at", "1e22", "--law", "chinchilla"), 3, "E568"),
    ],
)
def test_mistakes_are_named(path, capsys, options, code, word):
    told = READ if "--law" in options else TOLD
    found, _, err = call(capsys, "versus", path, "--by", "recipe", *options, *told)
    assert found == code
    assert word in err
