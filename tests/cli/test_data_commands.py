"""``isoflop data``: fit the law of continued pre-training, then ask for the largest share."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from isoflop.cli.main import main
from isoflop.laws.catalogue import get_law

TRUTH = {
    "E": 1.9, "A": 300.0, "alpha": 0.34, "B": 700.0, "beta": 0.35, "eta": 0.1,
    "C": 0.12, "gamma": 0.8, "eps": 0.1,
}  # fmt: skip


def call(capsys, *arguments):
    try:
        main(["data", *map(str, arguments)])
        code = 0
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    shown = capsys.readouterr()
    return code, shown.out, shown.err


@pytest.fixture
def fitted(tmp_path, capsys):
    axes = np.array([5e8, 1.8e9, 4e9]), np.array([1e9, 5e9, 2e10]), np.linspace(0.1, 0.9, 9)
    N, D, r = (part.ravel() for part in np.meshgrid(*axes))
    loss = get_law("dcpt").predict({"N": N, "D": D, "r": r}, TRUTH)
    loss = loss * np.exp(1e-3 * np.random.default_rng(0).standard_normal(len(N)))
    table = tmp_path / "runs.csv"
    pl.DataFrame({"params": N, "tokens": D, "share/general": r, "loss": loss}).write_csv(table)
    path = tmp_path / "general.json"
    code, text, _ = call(
        capsys, "fit", table, "--share", "share/general", "--fix", "eps=0.1", "--resamples", 6,
        "--params", "total", "--out", path,
    )  # fmt: skip
    assert code == 0
    assert "eta" in text
    return path


def test_share_of_a_saved_fit_is_that_of_the_truth(fitted, capsys):
    at = {"N": 1.8e9, "D": 1e10, "r": 0.4}
    limit = float(get_law("dcpt").predict(at, TRUTH)[0])
    question = ["continual", fitted, "--params", "1.8B", "--tokens", "10B"]
    code, text, _ = call(capsys, *question, "--before", limit / 1.03)
    assert code == 0
    assert "may be domain data" in text
    _, document, _ = call(capsys, *question, "--before", limit / 1.03, "--json")
    found = json.loads(document)
    assert found["share"] == pytest.approx(0.6, abs=0.02)
    assert found["lo"] <= found["share"] <= found["hi"]
    code, _, said = call(capsys, *question, "--before", 1.0)
    assert code == 3
    assert "E545" in said


def test_a_fit_of_another_law_is_refused(tmp_path, capsys):
    from isoflop.fit.fit import Fit

    path = Fit.published("chinchilla").save(tmp_path / "other.json")
    code, _, said = call(
        capsys, "continual", path, "--params", "1B", "--tokens", "1B", "--before", 2.0
    )
    assert code == 2
    assert "dcpt" in said
