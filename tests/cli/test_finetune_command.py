"""``isoflop finetune fit`` and ``isoflop finetune pick`` on a small table of two models."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from isoflop.cli.main import main

SIZES = 200.0 * 2.0 ** np.arange(10)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    lines = ["model,examples,loss"]
    for name, height, slope in (("quick", 3.0, 0.05), ("steep", 9.0, 0.15)):
        lines.append(f"{name},0,20.0")
        lines += [f"{name},{size:.0f},{0.5 + height * size**-slope}" for size in SIZES]
    path = tmp_path / "runs.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def run(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 0


def test_pick_names_the_model_and_its_forecast(runs, capsys):
    run(["finetune", "pick", str(runs), "--budget", "100M", "--loss-unit", "nat/token"])
    out = capsys.readouterr().out
    assert out.startswith("Fine-tune steep.")
    assert "loss at 100M" in out


def test_pick_as_json_is_complete(runs, capsys):
    run(["finetune", "pick", str(runs), "--budget", "1.6M", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document["pick"] == "steep"
    assert document["verdict"] == "ranked"
    assert [line["model"] for line in document["models"]] == ["steep", "quick"]


def test_fit_gives_every_model_with_intervals_and_phase(runs, capsys):
    run(["finetune", "fit", str(runs), "--resamples", "20", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert [model["model"] for model in document["models"]] == ["quick", "steep"]
    steep = document["models"][1]
    assert steep["phase"] in ("pre-power", "power", "both")
    assert steep["rows"] == len(SIZES)  # zero-shot left out
    low, high = steep["parameters"]["beta"]["lo"], steep["parameters"]["beta"]["hi"]
    assert low <= steep["parameters"]["beta"]["value"] <= high


def test_fit_prints_a_narrow_table(runs, capsys):
    run(["finetune", "fit", str(runs), "--resamples", "0"])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 100
    assert any(line.split()[0] == "steep" for line in lines)


def test_a_table_without_models_says_what_to_do(tmp_path, capsys):
    path = tmp_path / "runs.csv"
    path.write_text("examples,loss\n200,3.0\n400,2.9\n800,2.8\n", encoding="utf-8")
    with pytest.raises(SystemExit) as stop:
        main(["finetune", "pick", str(path), "--budget", "1M"])
    assert stop.value.code == 3
    assert "--by COLUMN" in capsys.readouterr().err
