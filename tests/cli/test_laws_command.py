"""``isoflop laws`` and ``isoflop cite`` answer on stdout, narrow, complete in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isoflop.cli.cite import cite
from isoflop.cli.laws import laws
from isoflop.core.errors import UsageError
from isoflop.laws.catalogue import get_member, law_modules
from isoflop.laws.entries import entries
from isoflop.laws.rule import Rule


def test_list_names_every_law_in_one_narrow_line(capsys: pytest.CaptureFixture[str]) -> None:
    laws()
    lines = capsys.readouterr().out.splitlines()
    first_words = {line.split()[0] for line in lines if line.startswith("  ")}
    assert first_words == set(law_modules())
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("name", law_modules())
def test_page_of_a_law_is_narrow_apart_from_its_latex(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    laws(name)
    page = capsys.readouterr().out
    before, _, after = page.partition("LaTeX\n")
    lines = [*before.splitlines(), *after.splitlines()[1:]]
    lines = [line for line in lines if not line.startswith("  isoflop ")]  # to be copied whole
    assert max(map(len, lines)) <= 100
    wanted = ("Inputs", "Outputs") if isinstance(get_member(name), Rule) else ("Parameters",)
    assert all(f"\n{title}\n" in page for title in (*wanted, "How to use it", "Sources"))


def test_page_shows_sets_and_scope(capsys: pytest.CaptureFixture[str]) -> None:
    laws("chinchilla")
    page = capsys.readouterr().out
    assert "chinchilla@hoffmann2022-tex" in page
    assert "N counts: total" in page
    assert "When not to use it" in page


@pytest.mark.parametrize("name", law_modules())
def test_json_of_a_law_is_complete(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    laws(name, json=True)
    (document,) = json.loads(capsys.readouterr().out)["laws"]
    assert document["name"] == name
    if isinstance(get_member(name), Rule):
        assert document["inputs"]
        assert document["outputs"]
    else:
        assert document["latex"]
        assert document["parameters"]


def test_every_entry_has_a_line_and_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    laws(entries=True)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[: len(entries())]] == [e.id for e in entries()]
    laws("X43")
    assert "moe_joint" in capsys.readouterr().out


def test_pages_are_written_for_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    laws(pages=tmp_path)
    written = {path.stem for path in tmp_path.rglob("*.md")} - {"README"}
    assert written == set(law_modules())
    assert "besiroglu2024" in (tmp_path / "loss" / "chinchilla.md").read_text("utf-8")
    assert str(len(written)) in capsys.readouterr().out


def test_own_law_is_shown_from_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = Path(__file__).parents[2].joinpath("src/isoflop/laws/curve/m1.py").read_text("utf-8")
    own = tmp_path / "my_law.py"
    own.write_text(text.replace('name="m1"', 'name="mine"'), encoding="utf-8")
    laws(str(own))
    assert "mine  (law, family own" in capsys.readouterr().out


def test_unknown_law_suggests_the_nearest() -> None:
    with pytest.raises(UsageError) as raised:
        laws("chinchila")
    assert "chinchilla" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("kaplan2020", ["kaplan2020"]),
        ("chinchilla", ["hoffmann2022", "besiroglu2024"]),
        ("chinchilla@besiroglu2024", ["besiroglu2024", "hoffmann2022"]),
        ("bnsl", ["caballero2022"]),
    ],
)
def test_cite_finds_keys_laws_and_sets(
    name: str, keys: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    cite(name, json=True)
    found = json.loads(capsys.readouterr().out)["sources"]
    assert [source["key"] for source in found] == keys


def test_cite_gives_bibtex(capsys: pytest.CaptureFixture[str]) -> None:
    cite("hoffmann2022", bibtex=True)
    assert capsys.readouterr().out.startswith(
        "@misc{hoffmann2022,\n  author = {Hoffmann and others},"
    )


def test_cite_lists_all_sources(capsys: pytest.CaptureFixture[str]) -> None:
    cite()
    assert "hoffmann2022\n" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["hofmann2022", "chinchilla@nobody"])
def test_cite_refuses_what_it_does_not_know(name: str) -> None:
    with pytest.raises(UsageError):
        cite(name)
