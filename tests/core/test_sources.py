"""The list of sources: every entry reads, cites and goes back to BibTeX unchanged."""

from __future__ import annotations

import pytest

from isoflop.core.errors import DataError, UsageError
from isoflop.core.sources import cite, read_bib, sources

NAMED = (
    "hoffmann2022 besiroglu2024 kaplan2020 henighan2020 hestness2017 gadre2024 muennighoff2023 "
    "caballero2022 alabdulmohsin2022 nezhurina2025 guo2024 farseer2025 skaling2026 porian2024 "
    "sardana2023 vpnls2026 choshen2024 pearce2024 misfitting2025"
)


@pytest.mark.parametrize("key", NAMED.split())
def test_source_is_cited_by_title_year_and_arxiv_id(key: str) -> None:
    source = cite(key)
    assert source.title in source.text
    assert source.fields["year"] in source.text
    assert source.fields["eprint"] in source.text


def test_citation_names_the_first_author_where_known() -> None:
    text = "Kaplan et al. Scaling Laws for Neural Language Models (2020), arXiv:2001.08361"
    assert cite("kaplan2020").text == text


def test_bibtex_reads_back_to_the_same_sources() -> None:
    again = read_bib("\n\n".join(source.bibtex for source in sources().values()))
    assert again == sources()


def test_unknown_key_suggests_the_nearest() -> None:
    with pytest.raises(UsageError) as raised:
        cite("hofmann2022")
    assert "hoffmann2022" in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "@misc{a2020,\n  title = {A},\n  year = {2020},\n",
        "@misc{a2020,\n  title = {A},\n}\n",
        "@misc{a2020,\n  title = A,\n  year = {2020},\n}\n",
        2 * "@misc{a2020,\n  title = {A},\n  year = {2020},\n}\n",
    ],
    ids=["not closed", "no year", "no braces", "twice"],
)
def test_broken_list_is_refused(text: str) -> None:
    with pytest.raises(DataError) as raised:
        read_bib(text)
    assert raised.value.code == "E113"
