"""The report and the cards: complete, safe, small, the same bytes."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.show.report import report_html
from isoflop.show.report_results import Gathered, gather
from isoflop.show.terminal import fit_card, styled, table


@pytest.fixture(scope="module")
def found(runs: Runs, fit: Fit) -> Gathered:
    return gather(runs, fit, 3e21, resamples=20)


@pytest.fixture(scope="module")
def page(runs: Runs, fit: Fit, found: Gathered) -> str:
    return report_html(runs, fit, found.trust, found.plan, missing=found.missing)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)


def test_names_from_a_file_never_become_markup(page: str) -> None:
    tags = Tags()
    tags.feed(page)
    assert "script" not in tags.seen
    assert page.count("&lt;script&gt;alert(&#x27;x&#x27;)") >= 5


def test_the_page_is_small_and_loads_nothing(page: str) -> None:
    assert len(page.encode()) < 1_000_000
    assert not re.findall(r'(?:src|srcset)="|url\(http|@import|<link', page)


def test_every_section_is_there(page: str) -> None:
    assert re.findall("<h2>(.*?)</h2>", page) == [
        "The answer",
        "The forecast",
        "The law and its parameters",
        "How far to believe it",
        "Figures",
        "Warnings",
        "Data and provenance",
        "Method and sources",
        "Conventions",
    ]


def test_ids_are_unique_on_the_page(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_equal_input_gives_equal_bytes(runs: Runs, fit: Fit, found: Gathered, page: str) -> None:
    again = report_html(runs, fit, found.trust, found.plan, missing=found.missing)
    assert again == page


def test_every_excluded_row_has_its_reason(page: str) -> None:
    assert "<td>99</td>" in page
    assert "bad &lt;script&gt;" in page


def test_without_backtest_and_plan_the_page_says_why(runs: Runs, fit: Fit) -> None:
    text = report_html(runs, fit, missing=["No plan [E400]: because <b>."])
    assert "because &lt;b&gt;." in text
    assert "How far to believe it" not in text


def test_a_card_is_narrow_and_answers_first(fit: Fit) -> None:
    lines = fit_card(fit).splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0].startswith("chinchilla describes 42 runs within")
    assert styled(fit_card(fit)).plain == fit_card(fit)


def test_a_table_strips_what_could_steer_a_terminal() -> None:
    text = table(("name", "n"), [("a\x1b[31m", "1"), ("b", "22")])
    assert "\x1b" not in text
    assert text.splitlines()[2] == "  b       22"
