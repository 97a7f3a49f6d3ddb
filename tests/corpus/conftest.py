"""Small corpora for the corpus tests."""

from __future__ import annotations

import pytest


@pytest.fixture
def texts():
    """Sixty distinct short documents with letters beyond ASCII."""
    return [f"Über document {i}: {'naïve words and 数 ' * (i % 7)}\nend\n" for i in range(60)]


@pytest.fixture
def folder(tmp_path, texts):
    """Those documents as files of one folder, in two levels."""
    home = tmp_path / "web"
    (home / "deep").mkdir(parents=True)
    for i, text in enumerate(texts):
        path = home / ("deep" if i % 2 else ".") / f"{i:03d}.txt"
        path.write_text(text, encoding="utf-8")
    return home
