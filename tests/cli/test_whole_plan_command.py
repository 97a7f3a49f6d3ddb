"""`isoflop plan` with machines, a goal or a page, from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isoflop.cli.main import main

LAW = ["plan", "--law", "chinchilla@besiroglu2024"]
ISSUE = [
    "--budget", "1e23", "--chip", "h100-sxm", "--devices", "512", "--days", "21",
    "--unique-tokens", "2T", "--inference-tokens", "3T",
]  # fmt: skip


def code_of(arguments: list[str]) -> int | str | None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return caught.value.code


def test_one_command_answers_prints_and_writes_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, document = tmp_path / "plan.html", tmp_path / "plan.json"
    assert not code_of([*LAW, *ISSUE, "--page", str(page), "--out", str(document)])
    said = capsys.readouterr()
    assert said.out.startswith("Train 13.1B parameters on 1.27T tokens")
    assert "no price: give --set price=VALUE" in said.out
    assert "W632" in said.err
    assert "What would change this plan" in page.read_text(encoding="utf-8")
    assert json.loads(document.read_text(encoding="utf-8"))["kind"] == "isoflop-whole-plan"


def test_without_machines_the_plan_is_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    assert not code_of([*LAW, "--budget", "1e22", "--json"])
    assert json.loads(capsys.readouterr().out)["kind"] == "isoflop-plan"


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["--budget", "1e22", "--unique-tokens", "0", "--whole"], 3, "E632"),
        (["--target-loss", "2", "--chip", "h100-sxm", "--devices", "8", "--days", "7"], 3, "E632"),
        (["--days", "7", "--whole"], 2, "E630"),
        (["--budget", "1e22", "--objective", "time"], 2, "E631"),
        (["--target-score", "0.5"], 2, "E637"),
        (["--budget", "1e22", "--devices", "8"], 2, "E637"),
        (["--budget", "1e22", "--max-epochs", "4"], 2, "E403"),
        (["--budget", "1e22", "--choose", "G=1..4"], 2, "E636"),
        (["--budget", "1e22", "--chip", "h100-sxm", "--mfu", "1.4"], 2, "E630"),
        (["--budget", "1e22", "--unique-tokens", "0"], 2, "E403"),
    ],
)
def test_mistakes_and_impossible_wishes_exit_with_a_code(
    arguments: list[str], code: int, error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of([*LAW, *arguments]) == code
    assert f"[{error}]" in capsys.readouterr().err
