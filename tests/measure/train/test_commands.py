"""The commands train and coordcheck."""

from __future__ import annotations

import json

import pytest

from isoflop.cli.main import main
from isoflop.measure.train.config import TrainConfig
from isoflop.measure.train.coordinate_check import coordinate_check


def _run(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return ended.value.code


def test_train_reads_toml_and_settings_on_the_line(small, tmp_path, capsys):
    path = tmp_path / "run.toml"
    settings = small(steps=2).to_dict()
    kept = {k: v for k, v in settings.items() if v is not None and k != "lr"}
    path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in kept.items()))
    code = _run(
        *("train", str(path), "--out", str(tmp_path / "run"), "--json"),
        *("--set", "lr=3e-3", "optimizer=adamw", "shares={digits = 1.0}"),
    )
    assert code in (0, None)
    row = json.loads(capsys.readouterr().out)
    assert (row["lr"], row["optimizer"], row["share/digits"]) == (0.003, "adamw", 1.0)


def test_train_says_what_is_wrong_with_a_file(tmp_path, capsys):
    path = tmp_path / "run.toml"
    path.write_text("width = \n")
    assert _run("train", str(path), "--out", str(tmp_path / "run")) == 2
    assert "E410" in capsys.readouterr().err


def _check(parametrisation):
    config = TrainConfig(
        data="",
        width=32,
        depth=1,
        heads=2,
        base_width=32,
        steps=4,
        lr=0.01,
        seq_len=32,
        batch=4,
        parametrisation=parametrisation,
        weight_decay=0.0,
        schedule="constant",
    )
    return coordinate_check(config, [32, 128], seeds=3)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mup", "completep"])
def test_activations_keep_their_size_under(name):
    check = _check(name)
    assert check.passes, check.slopes


@pytest.mark.slow
def test_activations_grow_with_width_under_sp():
    assert _check("sp").worst > 0.5
