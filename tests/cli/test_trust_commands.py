"""``isoflop forecast``, ``trends`` and ``audit``: answers, JSON, and what a user may get wrong."""

from __future__ import annotations

import json

import numpy as np
import pytest

from isoflop.cli.main import main
from isoflop.fit.fit_law import fit_law
from isoflop.measure.read_runs import read_runs


def write(path, n, d, *, rise=0.0, seed=0):
    rng = np.random.default_rng(seed)
    loss = 1.8 + 480 * n**-0.35 + 2000 * d**-0.365 + rise * np.maximum(0, np.log(n / 1e8))
    loss = loss * np.exp(rng.normal(0, 0.003, len(n)))
    lines = [
        f"{a!r},{b!r},{c!r}" for a, b, c in zip(n.tolist(), d.tolist(), loss.tolist(), strict=True)
    ]
    path.write_text("\n".join(["params,tokens,loss", *lines]) + "\n")
    return path


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    n, d = (a.ravel() for a in np.meshgrid(np.geomspace(1e7, 1e9, 6), np.geomspace(2e8, 2e10, 5)))
    table = write(folder / "runs.csv", n, d)
    fit_law(read_runs(table), "chinchilla", resamples=30).save(folder / "fit.json")
    write(folder / "later.csv", np.array([5e9, 6e9]), np.array([1e11, 1e11]), seed=1)
    return folder


def call(capsys, *arguments):
    try:
        main([str(item) for item in arguments])
        code = 0
    except SystemExit as stop:
        code = stop.code
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    return code, said.out, said.err


def test_a_forecast_is_registered_scored_shown_and_verified(study, tmp_path, capsys):
    ledger = ["--ledger", tmp_path / "ledger.jsonl"]
    point = ["--at", "N=5B,D=100B", "--at", "N=50B,D=1T"]
    register = ["forecast", "register", study / "fit.json", *point, *ledger]
    code, out, _ = call(capsys, *register, "--runs", study / "runs.csv", "--note", "next")
    assert code == 0
    assert "25x the largest run" in out
    assert "extrapolation error learnt by backtests" in out
    code, out, err = call(capsys, "forecast", "score", study / "later.csv", *ledger)
    assert code == 0
    assert "inside its 90% interval" in out
    assert "no run yet for" in err
    figure = tmp_path / "c.svg"
    code, out, _ = call(capsys, "forecast", "show", *ledger, "--figure", figure)
    assert code == 0
    assert "2 forecasts, 1 scored" in out
    assert "nominal" in out
    assert figure.read_bytes().startswith(b"<svg") or b"<svg" in figure.read_bytes()
    found = json.loads(call(capsys, "forecast", "verify", *ledger, "--json")[1])
    assert found["intact"]
    assert (found["forecasts"], found["scores"]) == (2, 1)
    text = (tmp_path / "ledger.jsonl").read_text()
    (tmp_path / "ledger.jsonl").write_text(text.replace('"note":"next"', '"note":"last"', 1))
    code, _, err = call(capsys, "forecast", "verify", *ledger)
    assert code == 3
    assert "entry 0 (line 1) was edited" in err
    assert call(capsys, "forecast", "score", study / "later.csv", *ledger)[0] == 3


def test_a_cut_ledger_shows_against_the_head_alone(study, tmp_path, capsys):
    path = tmp_path / "ledger.jsonl"
    ledger = ["--ledger", path]
    fit = [
        "forecast",
        "register",
        "--law",
        "chinchilla@besiroglu2024",
        *ledger,
        "--at",
        "N=1T,D=20T",
    ]
    call(capsys, *fit)
    head = json.loads(call(capsys, *fit, "--json")[1])["head"]
    path.write_text(path.read_text().splitlines(keepends=True)[0])
    code, out, _ = call(capsys, "forecast", "verify", *ledger)
    assert code == 0
    assert "only against a head" in " ".join(out.split())
    code, _, err = call(capsys, "forecast", "verify", *ledger, "--head", head)
    assert code == 3
    assert "E591" in err


def test_mistakes_with_a_ledger_are_named(study, tmp_path, capsys):
    ledger = ["--ledger", tmp_path / "ledger.jsonl"]
    code, _, err = call(capsys, "forecast", "show", *ledger)
    assert (code, "E593" in err) == (3, True)
    code, _, err = call(capsys, "forecast", "register", study / "fit.json", "--at", "N=5B", *ledger)
    assert (code, "E110" in err) == (2, True)
    assert not (tmp_path / "ledger.jsonl").exists()
    call(capsys, "forecast", "register", study / "fit.json", "--at", "N=5B,D=100B", *ledger)
    code, _, err = call(capsys, "forecast", "score", study / "runs.csv", "--id", "0", *ledger)
    assert (code, "E594" in err) == (2, True)
    code, _, err = call(capsys, "forecast", "show", *ledger, "--figure", tmp_path / "x.svg")
    assert (code, "E450" in err) == (2, True)


def test_trends_names_a_turn_and_fails_when_strict(tmp_path, capsys):
    n = np.geomspace(1e6, 1e10, 24)
    bad = write(tmp_path / "bad.csv", n, np.full(24, 1e10), rise=0.4)
    good = write(tmp_path / "good.csv", n, np.full(24, 1e10))
    code, out, _ = call(capsys, "trends", bad, "--axis", "params", "--strict")
    assert code == 1
    assert "W594" in out
    assert "do not trust a monotone law" in out
    found = json.loads(call(capsys, "trends", good, "--axis", "N", "--json")[1])
    assert found["shapes"][0]["monotone"]
    assert [t["name"] for t in found["shapes"][0]["tests"]] == [
        "broken",
        "inverse",
        "saturating",
        "u_shape",
    ]
    code, _, err = call(capsys, "trends", good, "--axis", "tokens")
    assert (code, "E598" in err) == (3, True)


def test_audit_prints_a_card_and_writes_its_questions(study, tmp_path, capsys):
    template = tmp_path / "answers.toml"
    fit = ["--fit", study / "fit.json"]
    code, out, _ = call(capsys, "audit", study / "runs.csv", *fit, "--template", template)
    assert code == 0
    assert "| Number of models | 30 runs of 6 sizes |" in out
    filled = template.read_text().replace('precision = ""', 'precision = "bf16"')
    template.write_text(filled)
    out = call(capsys, "audit", study / "runs.csv", *fit, "--answers", template)[1]
    assert "stated: bf16" in out
    found = json.loads(call(capsys, "audit", study / "runs.csv", *fit, "--heldout", "--json")[1])
    heldout = next(line for line in found["card"] if line["field"] == "heldout")
    assert heldout["from"] == "backtest"
    template.write_text("[setup]\nprecison = 'x'\n")
    code, _, err = call(capsys, "audit", study / "runs.csv", "--answers", template)
    assert code == 2
    assert "did you mean precision" in err
