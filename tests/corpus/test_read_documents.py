"""Reading text: every format, an order that never changes, and bytes that are no text."""

from __future__ import annotations

import gzip
import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoflop.core.errors import DataError, UsageError
from isoflop.corpus.document import Document, Skipped
from isoflop.corpus.read_documents import read_documents
from isoflop.corpus.reading import Reading
from isoflop.corpus.source import Source, sources_of


def read(path, only=(), **how):
    return list(read_documents([Source("web", path)], Reading(**how), only))


def texts_of(items):
    return [item.text for item in items]


def test_a_folder_is_read_in_order_of_names(folder, texts):
    items = read(folder)
    assert texts_of(items) == texts[0::2] + texts[1::2]
    assert {item.domain for item in items} == {"web"}


def test_hidden_files_and_other_names_are_passed_over(folder, texts):
    (folder / ".git").mkdir()
    (folder / ".git" / "x.txt").write_text("hidden")
    (folder / ".x.txt").write_text("hidden")
    (folder / "picture.png").write_bytes(b"\x89PNG\0")
    assert texts_of(read(folder, only=["*.txt"])) == texts[0::2] + texts[1::2]


def test_jsonl_parquet_and_packed_files_hold_the_same_documents(tmp_path, texts):
    lines = "".join(json.dumps({"text": text, "n": 1}) + "\n" for text in texts)
    (tmp_path / "a.jsonl").write_text(lines)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    pl.DataFrame({"text": texts}).write_parquet(tmp_path / "c.parquet")
    found = {
        name: texts_of(read(tmp_path / name)) for name in ("a.jsonl", "b.jsonl.gz", "c.parquet")
    }
    assert found == dict.fromkeys(found, texts)


@pytest.mark.parametrize("name", ["a.jsonl", "b.parquet"])
def test_a_field_may_have_another_name_and_be_empty(tmp_path, name):
    (tmp_path / "a.jsonl").write_text('{"body": "one"}\n\n{"body": null}\n{"body": " "}\n')
    pl.DataFrame({"body": ["one", None, " "]}).write_parquet(tmp_path / "b.parquet")
    items = read(tmp_path / name, field="body")
    assert [getattr(item, "reason", None) for item in items] == [None, "empty", "empty"]


@given(parts=st.lists(st.text("ab\n¶", min_size=1).filter(str.strip), min_size=1, max_size=8))
def test_a_separator_cuts_as_split_does(tmp_path_factory, parts):
    path = tmp_path_factory.mktemp("cut") / "all.txt"
    path.write_bytes("<|end|>".join(parts).encode())
    assert texts_of(read(path, separator="<|end|>")) == parts


def test_a_separator_is_found_across_the_chunks_that_are_read(tmp_path):
    parts = [letter * 700_000 for letter in "abcd"]
    path = tmp_path / "all.txt"
    path.write_bytes("<|end|>".join(parts).encode())
    assert texts_of(read(path, separator="<|end|>")) == parts


@pytest.mark.parametrize(
    ("content", "how", "offset"),
    [
        (b"good \xff bad", {}, 5),
        (b"\xef\xbb\xbfgood \xff bad", {}, 8),
        (b"good\0bad", {}, 4),
        (b"one||t\xfco||three", {"separator": "||"}, 6),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_offset(tmp_path, content, how, offset):
    path = tmp_path / "x.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"x\.txt") as raised:
        read(path, **how)
    assert raised.value.code == "E453"
    assert str(raised.value.where).endswith(f"byte offset {offset}")
    assert "--on-undecodable" in str(raised.value.do)


def test_undecodable_files_are_skipped_or_replaced_and_counted(tmp_path):
    path = tmp_path / "x.txt"
    path.write_bytes("its own \N{REPLACEMENT CHARACTER}, ".encode() + b"\xff two \xfe")
    assert read(path, on_undecodable="skip") == [Skipped("web", str(path), "undecodable")]
    (document,) = read(path, on_undecodable="replace")
    own = "\N{REPLACEMENT CHARACTER}"
    assert document == Document(f"its own {own}, {own} two {own}", "web", str(path), 2)


def test_other_encodings_are_read_when_named(tmp_path):
    (tmp_path / "a.txt").write_text("café", encoding="latin-1")
    (tmp_path / "b.txt").write_text("café", encoding="utf-16")
    assert texts_of(read(tmp_path / "a.txt", encoding="latin-1")) == ["café"]
    assert texts_of(read(tmp_path / "b.txt", encoding="utf-16")) == ["café"]


def test_a_byte_order_mark_is_no_text(tmp_path):
    (tmp_path / "a.txt").write_text("one", encoding="utf-8-sig")
    assert texts_of(read(tmp_path / "a.txt")) == ["one"]


def test_half_a_surrogate_pair_in_json_is_undecodable(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "half \\ud83d pair"}\n')
    with pytest.raises(DataError) as raised:
        read(path)
    assert raised.value.code == "E453"
    (document,) = read(path, on_undecodable="replace")
    assert document.replaced > 0


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.jsonl", b'{"text": "one"}\n{"text": \n', "E454"),
        ("a.jsonl", b'{"body": "one"}\n', "E454"),
        ("a.jsonl", b'["one"]\n', "E454"),
        ("a.jsonl", b'{"text": 1}\n', "E454"),
        ("a.jsonl", b"", "E452"),
        ("a.parquet", b"not parquet", "E455"),
        ("a.txt.gz", b"not packed", "E452"),
        ("a.txt.gz", gzip.compress(b"cut off" * 99, mtime=0)[:-9], "E452"),
    ],
)
def test_damaged_files_are_named(tmp_path, name, content, code):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError) as raised:
        read(path)
    assert raised.value.code == code
    assert name in str(raised.value)


def test_a_parquet_file_without_the_column_names_those_it_has(tmp_path):
    pl.DataFrame({"body": ["one"], "text": [1]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="holds Int64") as raised:
        read(tmp_path / "a.parquet")
    assert "body, text" in str(raised.value.do)


@pytest.mark.parametrize("code", ["E201", "E452"])
def test_a_missing_path_and_an_empty_folder_are_refused(tmp_path, code):
    (tmp_path / "E452").mkdir()
    with pytest.raises(DataError) as raised:
        read(tmp_path / code)
    assert raised.value.code == code


@pytest.mark.parametrize(
    "how",
    [
        {"encoding": "utf-9"},
        {"encoding": "base64"},
        {"separator": ""},
        {"encoding": "utf-16", "separator": "|"},
        {"encoding": "latin-1", "separator": "数"},
    ],
)
def test_encodings_and_separators_that_cannot_work_are_refused(how):
    with pytest.raises(UsageError) as raised:
        Reading(**how)
    assert raised.value.code == "E464"


def test_sources_are_named_by_their_paths_or_by_the_user(tmp_path):
    (tmp_path / "my.code").mkdir()
    plain = (tmp_path / "web.jsonl.gz",)
    found = sources_of(plain, [f"code={tmp_path / 'my.code'}", "code=x=y"])
    assert [source.domain for source in found] == ["web", "code", "code"]
    assert str(found[2].path) == "x=y"


@pytest.mark.parametrize(
    ("plain", "named"),
    [((), ["web"]), ((), ["=x"]), ((), ["a/b=x"]), (("a/src", "b/src"), []), (("my text",), [])],
)
def test_names_that_would_surprise_are_refused(plain, named, tmp_path):
    with pytest.raises(UsageError) as raised:
        sources_of([tmp_path / path for path in plain], named)
    assert raised.value.code == "E457"
