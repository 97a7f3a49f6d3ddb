"""``isoflop report`` from a file to a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from isoflop.cli.main import main
from isoflop.core.runs import Runs


def test_the_command_writes_the_page_and_prints_the_answer(
    runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = runs.to_csv(tmp_path / "runs.csv")
    out = tmp_path / "report.html"
    with pytest.raises(SystemExit, match="0"):
        main(["report", str(source), "--out", str(out), "--resamples", "20", "--budget", "3e21"])
    shown = capsys.readouterr().out
    assert shown.startswith("For 3e21 FLOP, train ")
    assert str(out) in shown
    assert out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
