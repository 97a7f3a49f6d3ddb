"""Folders of tokens: nothing is lost, nothing is on both sides, nothing is half written."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoflop.core.errors import DataError, UsageError
from isoflop.corpus.document import Document, Skipped
from isoflop.corpus.split import content_key, split_of
from isoflop.corpus.tokens import open_tokens
from isoflop.corpus.write_tokens import write_tokens


def stream(*texts, domain="web"):
    return lambda: iter([Document(text, domain, "here") for text in texts])


def documents_of(split, end):
    """The documents between the offsets, as lists of ids, each checked to end as it should."""
    pairs = zip(split.starts[:-1], split.starts[1:], strict=True)
    whole = [split.tokens[a:b].tolist() for a, b in pairs]
    assert [ids.pop() for ids in whole] == [end] * len(whole)
    return whole


def decoded(folder, domain="web"):
    end = folder.end_of_document
    return {
        bytes(ids).decode()
        for name in ("train", "heldout")
        for ids in documents_of(folder.split(domain, name), end)
    }


def test_bytes_are_read_back_as_they_were(tmp_path, texts):
    folder = write_tokens(stream(*texts), tmp_path / "out", heldout=0.2)
    assert decoded(folder) == set(texts)
    assert (folder.vocab, folder.end_of_document, folder.domains) == (257, 256, ("web",))


def test_counts_agree_with_the_text(tmp_path, texts):
    folder = write_tokens(stream(*texts), tmp_path / "out", heldout=0.2)
    train, heldout = folder.split("web", "train"), folder.split("web", "heldout")
    n_bytes = sum(len(text.encode()) for text in texts)
    assert train.n_bytes + heldout.n_bytes == n_bytes
    assert len(train.tokens) + len(heldout.tokens) == n_bytes + len(texts)
    assert train.tokens.dtype == np.uint16
    assert train.starts.dtype == np.int64


def test_files_have_the_layout_of_the_contract(tmp_path, texts):
    write_tokens(stream(*texts), tmp_path / "out", heldout=0.2)
    ids = np.fromfile(tmp_path / "out" / "web.train.bin", dtype="<u2")
    starts = np.fromfile(tmp_path / "out" / "web.train.docs", dtype="<u8")
    ends = np.flatnonzero(ids == 256) + 1
    assert starts.tolist() == [0, *ends.tolist()]
    meta = json.loads((tmp_path / "out" / "meta.json").read_text())
    assert meta["format"] == 1
    assert meta["dtype"] == "uint16"
    assert meta["domains"]["web"]["train"]["documents"] == len(ends)


def test_digest_follows_the_text_and_not_the_source(tmp_path, texts):
    one = write_tokens(stream(*texts), tmp_path / "a", source=["x"]).digest
    same = write_tokens(stream(*texts), tmp_path / "b", source=["y"]).digest
    other = write_tokens(stream(*texts, "one more"), tmp_path / "c").digest
    assert one == same != other


def test_bpe_twice_is_the_same_and_loses_nothing(tmp_path, texts):
    tokenizers = pytest.importorskip("tokenizers")
    first = write_tokens(stream(*texts), tmp_path / "a", tokenizer="bpe", vocab=300, heldout=0.2)
    second = write_tokens(stream(*texts), tmp_path / "b", tokenizer="bpe", vocab=300, heldout=0.2)
    engine = tokenizers.Tokenizer.from_file(str(tmp_path / "a" / "tokenizer.json"))
    found = {
        engine.decode(ids)
        for name in ("train", "heldout")
        for ids in documents_of(first.split("web", name), first.end_of_document)
    }
    assert first.digest == second.digest
    assert found == set(texts)
    assert (first.vocab, first.end_of_document) == (300, 299)
    assert len(first.split("web", "train").tokens) < first.split("web", "train").n_bytes


def test_bpe_learns_from_the_training_split_only(tmp_path, texts):
    pytest.importorskip("tokenizers")
    heldout = [text for text in texts if split_of(content_key(text), 0.2) == "heldout"]
    strange = next(
        text
        for text in ("zqxjzqxj" * 40 + str(i) for i in range(1000))
        if split_of(content_key(text), 0.2) == "heldout"
    )
    plain = write_tokens(stream(*texts), tmp_path / "a", tokenizer="bpe", heldout=0.2)
    more = write_tokens(stream(*texts, strange), tmp_path / "b", tokenizer="bpe", heldout=0.2)
    assert heldout
    assert (tmp_path / "a/tokenizer.json").read_bytes() == (
        tmp_path / "b/tokenizer.json"
    ).read_bytes()
    assert plain.digest != more.digest


def test_a_duplicate_is_left_out_and_counted_where_it_came_later(tmp_path, texts):
    items = [Document(text, "web", "here") for text in texts]
    items += [Document(texts[0], "web", "again"), Document(texts[1], "code", "again")]
    items += [Document(f"def f{i}(): pass\n", "code", "here") for i in range(60)]
    folder = write_tokens(lambda: iter(items), tmp_path / "out", heldout=0.2)
    assert decoded(folder) == set(texts)
    assert folder.meta["left_out"]["web"]["duplicate"] == 1
    assert folder.meta["left_out"]["code"]["duplicate"] == 1


def test_what_was_skipped_is_counted_by_reason(tmp_path, texts):
    items = [Document(text, "web", "here", replaced=2) for text in texts]
    items += [Skipped("web", "there", "empty"), Skipped("web", "there", "undecodable")]
    folder = write_tokens(lambda: iter(items), tmp_path / "out", heldout=0.2)
    assert folder.meta["left_out"]["web"] == {
        "duplicate": 0,
        "empty": 1,
        "undecodable": 1,
        "replaced_characters": 2 * len(texts),
    }


@given(text=st.text(), low=st.floats(0.01, 0.5), high=st.floats(0.01, 0.5))
def test_raising_the_share_never_moves_a_document_into_training(text, low, high):
    low, high = sorted((low, high))
    at_low, at_high = (split_of(content_key(text), share) for share in (low, high))
    assert (at_low, at_high) != ("heldout", "train")


def test_the_share_held_out_is_the_share_asked_for():
    splits = [split_of(content_key(str(i)), 0.1) for i in range(20_000)]
    # Standard deviation of the share is sqrt(0.1 * 0.9 / 20000) = 0.0021.
    assert abs(splits.count("heldout") / 20_000 - 0.1) < 0.0085


def test_the_split_of_a_text_never_changes():
    digest = hashlib.blake2b(b"hello", digest_size=16, person=b"isoflop-split").digest()
    assert content_key("hello") == digest
    assert content_key("hello").hex() == "8bb268df18b8800a86caa221023e8f52"


def test_a_domain_without_a_split_is_refused_and_nothing_is_left(tmp_path):
    with pytest.raises(DataError, match="has 0 train and 1 heldout") as raised:
        write_tokens(stream("a lonely text"), tmp_path / "out", heldout=0.05)
    assert raised.value.code == "E456"
    assert list(tmp_path.iterdir()) == []


def test_a_domain_of_empty_documents_is_refused(tmp_path, texts):
    items = [*(Document(t, "web", "x") for t in texts), Skipped("code", "y", "empty")]
    with pytest.raises(DataError, match=r"Domain code has 0 train and 0 heldout.*1 empty"):
        write_tokens(lambda: iter(items), tmp_path / "out", heldout=0.2)


def test_a_failure_in_the_middle_leaves_the_old_folder(tmp_path, texts):
    old = write_tokens(stream(*texts), tmp_path / "out").digest

    def broken():
        yield from stream(*texts, "more")()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_tokens(broken, tmp_path / "out", replace=True)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert open_tokens(tmp_path / "out").digest == old


def test_replace_puts_the_new_folder_in_place(tmp_path, texts):
    old = write_tokens(stream(*texts), tmp_path / "out").digest
    new = write_tokens(stream(*texts, "more"), tmp_path / "out", replace=True)
    assert new.digest != old
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_holds_something_else_is_never_replaced(tmp_path, texts):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError) as raised:
        write_tokens(stream(*texts), tmp_path / "out", replace=True)
    assert raised.value.code == "E458"
    assert (tmp_path / "out" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"tokenizer": "byte"}, "E101"),
        ({"vocab": 300}, "E461"),
        ({"tokenizer": "bpe", "vocab": 257}, "E461"),
        ({"tokenizer": "bpe", "vocab": 65_537}, "E461"),
        ({"heldout": 0.0}, "E462"),
        ({"heldout": 0.6}, "E462"),
        ({"heldout": float("nan")}, "E462"),
    ],
)
def test_impossible_settings_are_refused(tmp_path, texts, options, code):
    with pytest.raises(UsageError) as raised:
        write_tokens(stream(*texts), tmp_path / "out", **options)
    assert raised.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_a_cut_off_file_is_found_when_opening(tmp_path, texts):
    write_tokens(stream(*texts), tmp_path / "out")
    path = tmp_path / "out" / "web.train.bin"
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(DataError) as raised:
        open_tokens(tmp_path / "out")
    assert raised.value.code == "E460"


def test_a_changed_token_is_found_by_the_check(tmp_path, texts):
    folder = write_tokens(stream(*texts), tmp_path / "out")
    folder.check()
    path = tmp_path / "out" / "web.train.bin"
    path.write_bytes(b"!" + path.read_bytes()[1:])
    with pytest.raises(DataError) as raised:
        open_tokens(tmp_path / "out").check()
    assert raised.value.code == "E460"


@pytest.mark.parametrize("content", ["{", "{}", "[]", "\\xff", '{"format": 2}'])
def test_what_is_no_token_folder_is_said_to_be_none(tmp_path, content):
    (tmp_path / "meta.json").write_text(content)
    with pytest.raises(DataError) as raised:
        open_tokens(tmp_path)
    assert raised.value.code == "E459"


def test_a_folder_of_text_is_no_token_folder(folder):
    with pytest.raises(DataError, match=r"meta\.json cannot be read") as raised:
        open_tokens(folder)
    assert raised.value.code == "E459"


def test_another_format_is_named(tmp_path, texts):
    write_tokens(stream(*texts), tmp_path / "out")
    path = tmp_path / "out" / "meta.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(DataError, match="it has format 2, this version reads 1"):
        open_tokens(tmp_path / "out")


def test_an_unknown_domain_suggests_the_nearest(tmp_path, texts):
    folder = write_tokens(stream(*texts), tmp_path / "out")
    with pytest.raises(UsageError, match="no domain named 'wep'") as raised:
        folder.split("wep", "train")
    assert "web" in str(raised.value.do)
