"""``isoflop rate fit`` and ``isoflop rate compare`` on a made-up sweep."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from isoflop.cli.main import build, main
from isoflop.validate.rate_rules.rule import value

COLUMNS = ("params_non_embedding", "tokens", "lr", "batch_tokens", "loss")


def call(*arguments):
    build()(["rate", *arguments], exit_on_error=False, result_action="return_value")


@pytest.fixture
def sweep(tmp_path):
    rows = []
    for N in (1e8, 3e8, 9e8):
        for D in (5e9, 2e10, 8e10):
            lr, batch = np.meshgrid(np.geomspace(1e-4, 3e-2, 10), 2.0 ** np.arange(15, 23))
            x = np.log(lr / value("step_law_lr", N_ne=N, D=D)).ravel()
            y = np.log(batch / value("step_law_batch", D=D)).ravel()
            loss = 2.5 * (1.0 + 0.004 * x**2 + 0.003 * y**2)
            settings = zip(lr.ravel(), batch.ravel(), loss, strict=True)
            rows += [(N, D, *map(float, row)) for row in settings]
    path = tmp_path / "sweep.csv"
    pl.DataFrame(rows, schema=list(COLUMNS), orient="row").write_csv(path)
    return str(path)


def test_fit_prints_exponents_with_intervals_and_the_cells(sweep, capsys):
    call("fit", sweep, "--resamples", "100", "--loss-unit", "nat/token")
    out = capsys.readouterr().out
    assert "95% interval" in out
    assert "Cells: 9 of 9 used" in out
    assert max(map(len, out.splitlines())) <= 100


def test_fit_by_vertex_gives_step_law_back_as_json(sweep, capsys):
    call("fit", sweep, "--optimum", "vertex", "--resamples", "50", "--json")
    document = json.loads(capsys.readouterr().out)
    exponents = document["lr"]["exponents"]
    assert exponents["N"]["value"] == pytest.approx(-0.71292, abs=1e-4)
    assert exponents["D"]["value"] == pytest.approx(0.30749, abs=1e-4)
    assert document["batch_tokens"]["exponents"]["D"]["value"] == pytest.approx(0.57094, abs=1e-4)
    assert len(document["cells"]) == 9


def test_fit_at_each_batch_has_an_exponent_of_the_batch(sweep, capsys):
    call("fit", sweep, "--at-batch", "--resamples", "50", "--json")
    document = json.loads(capsys.readouterr().out)
    assert document["lr"]["exponents"]["B"]["value"] == pytest.approx(0.0, abs=1e-4)


def test_compare_lists_the_rules_asked_for(sweep, capsys):
    call("compare", sweep, "--rule", "step_law", "--rule", "kaplan", "--cells")
    out = capsys.readouterr().out
    assert out.index("step_law") < out.index("kaplan")
    assert "bjorck" not in out
    assert max(map(len, out.splitlines())) <= 100


def test_compare_as_json_holds_every_trial(sweep, capsys):
    call("compare", sweep, "--rule", "step_law", "--json")
    document = json.loads(capsys.readouterr().out)
    assert len(document["trials"]) == 18
    assert document["scores"][0]["rule"] in ("step_law", "own_law")


def test_a_table_without_rates_is_refused(tmp_path, capsys):
    path = tmp_path / "runs.csv"
    pl.DataFrame({"params": [1e8], "tokens": [1e9], "loss": [3.0]}).write_csv(path)
    with pytest.raises(SystemExit) as caught:
        main(["rate", "fit", str(path)])
    assert caught.value.code == 3
    assert "lr" in capsys.readouterr().err
