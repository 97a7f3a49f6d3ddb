"""``isoflop batch critical``: the answer, JSON, and what a user may get wrong."""

from __future__ import annotations

import json

import pytest

from isoflop.cli.main import main


@pytest.fixture
def runs(tmp_path):
    lines = ["params,batch_tokens,steps,loss"]
    for size, critical in ((1e8, 4e5), (2e8, 6e5), (4e8, 9e5)):
        for k in range(8):
            batch = 3e4 * 2.5**k
            steps = 1500 * (size / 1e8) * (1 + critical / batch) * (1.02 if k % 2 else 0.98)
            lines.append(f"{size:g},{batch:.0f},{steps:.0f},3.1")
    path = tmp_path / "runs.csv"
    path.write_text("\n".join(lines))
    return path


def call(capsys, *arguments):
    try:
        main(["batch", "critical", *map(str, arguments)])
        code = 0
    except SystemExit as stop:
        code = stop.code
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    return code, said.out, said.err


def test_the_answer_names_groups_methods_intervals_and_growth(runs, capsys):
    code, out, err = call(capsys, runs)
    assert code == 0
    assert "100M to 3.1" in out
    assert "hyperbola: critical batch = " in out
    assert "published 0.47" in out
    assert "90% interval" in out
    assert "W120" in err


def test_json_is_complete(runs, capsys):
    options = ["--method", "hyperbola", "--level", "0.8", "--linear-batch", "75K", "--json"]
    found = json.loads(call(capsys, runs, *options)[1])
    first = found["groups"][0]
    assert first["critical"]["hyperbola"]["value"] == pytest.approx(4e5, rel=0.06)
    assert first["critical"]["hyperbola"]["level"] == 0.8
    assert first["linear_batch"] == 75e3
    assert list(first["critical"]) == ["hyperbola"]
    assert {item["region"] for item in first["critical"]["hyperbola"]["regions"]} == {
        "perfect scaling",
        "diminishing returns",
        "maximum parallelism",
    }
    assert found["growth"]["hyperbola"]["groups"] == 3


def test_flags_go_to_stderr(runs, tmp_path, capsys):
    few = tmp_path / "few.csv"
    few.write_text("\n".join(runs.read_text().splitlines()[:4]))
    _, out, err = call(capsys, few)
    assert "[W532] 100M to 3.1: 3 batches over a factor 6.25" in err
    assert "departure: 3 batches cannot give the critical batch" in err
    assert "hyperbola" in out


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        (["--linear-batch", "1e12"], 2, "E532"),
        (["--linear-batch", "many"], 2, "E214"),
        (["--method", "parabola"], 2, "E101"),
        (["--where", "batch_tokens<4e4"], 3, "E530"),
        (["--map", "batch_tokens="], 3, "E531"),
    ],
)
def test_a_mistake_is_named_and_exits_with_its_code(runs, options, code, text, capsys):
    found, _, err = call(capsys, runs, *options)
    assert found == code
    assert text in err
