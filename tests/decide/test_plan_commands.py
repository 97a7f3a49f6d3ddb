"""`isoflop plan` and `isoflop predict` from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isoflop.cli.main import main


def code_of(arguments: list[str]) -> int | str | None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return caught.value.code


def test_plan_answers_without_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert not code_of(["plan", "--law", "chinchilla@besiroglu2024", "--budget", "1e22"])
    said = capsys.readouterr()
    assert said.out.startswith("Train 9.05B parameters on 184B tokens")
    assert "W506" in said.err


def test_plan_json_is_also_what_is_saved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plan.json"
    assert not code_of(
        ["plan", "--law", "chinchilla", "--target-loss", "2.1", "--json", "--out", str(path)]
    )
    assert json.loads(capsys.readouterr().out) == json.loads(path.read_text(encoding="utf-8"))


def test_plan_of_all_laws_shows_the_disagreement(capsys: pytest.CaptureFixture[str]) -> None:
    assert not code_of(["plan", "--law", "all", "--budget", "1e22"])
    assert "differ 4.3x in size" in capsys.readouterr().out


def test_advice_at_the_edge_of_the_search_is_told_and_not_compared(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert not code_of(["plan", "--law", "all", "--budget", "5.76e23"])
    rows = capsys.readouterr().out.splitlines()
    (farseer,) = [row for row in rows if row.startswith("  farseer@")]
    assert "at the edge of the search" in farseer


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--law", "chinchilla", "--budget", "1e25", "--strict"], 1),
        (["--law", "chinchilla"], 2),
        (["--budget", "1e22"], 2),
        (["--law", "all"], 2),
        (["--law", "chinchila", "--budget", "1e22"], 2),
        (["--law", "chinchilla", "--target-loss", "1.8"], 3),
    ],
)
def test_plan_exits_with_the_documented_code(arguments: list[str], code: int) -> None:
    assert code_of(["plan", *arguments]) == code


def test_predict_gives_one_point_each(capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--at", "N=70B,D=1.4T", "--at", "N=7B, D=1T"]
    assert not code_of(["predict", "--law", "chinchilla@besiroglu2024", *at, "--json"])
    points = json.loads(capsys.readouterr().out)["points"]
    assert points[0]["value"] == pytest.approx(1.973882, rel=1e-6)
    assert [point["inputs"]["N"] for point in points] == [70e9, 7e9]
    assert points[0]["lo"] is None


@pytest.mark.parametrize("at", ["N=7B", "7B,1T", "N=7B,D=1T,Q=1", "N=0,D=1T"])
def test_predict_refuses_what_is_no_point(at: str) -> None:
    assert code_of(["predict", "--law", "chinchilla", "--at", at]) == 2
