"""Packing, mixing and reading: every token once, no document cut without need."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoflop.core.errors import DataError, UsageError
from isoflop.corpus.tokens import open_tokens
from isoflop.measure.train.packing import pack
from isoflop.measure.train.rows import Rows, heldout_rows, take_documents, training_rows
from isoflop.measure.train.stream import Stream, open_stream


def _ranges(lengths):
    ends = np.cumsum(lengths)
    return ends - lengths, ends


@given(st.lists(st.integers(1, 70), min_size=1, max_size=60), st.integers(1, 40))
def test_packing_keeps_every_token_once_and_cuts_only_long_documents(lengths, capacity):
    starts, ends = _ranges(np.array(lengths))
    packed = pack(starts, ends, capacity, np.random.default_rng(0))
    covered = np.concatenate(
        [np.arange(s, s + n) for s, n in zip(packed.start, packed.length, strict=True)]
    )
    assert sorted(covered.tolist()) == list(range(int(ends[-1])))
    assert len(packed.start) == sum(-(-n // capacity) for n in lengths)
    per_row = np.add.reduceat(packed.length, packed.first[:-1])
    assert per_row.max() <= capacity
    row_ends = packed.offset + packed.length
    followed = np.diff(np.repeat(np.arange(packed.n_rows), np.diff(packed.first))) == 0
    assert np.array_equal(packed.offset[1:][followed], row_ends[:-1][followed])


def test_packing_wastes_under_a_percent_on_log_normal_lengths():
    lengths = np.random.default_rng(1).lognormal(5.0, 1.0, 5000).astype(int) + 1
    packed = pack(*_ranges(lengths), 1024, np.random.default_rng(0))
    assert packed.n_tokens / (packed.n_rows * 1024) > 0.99


def test_packing_takes_the_tightest_fit():
    packed = pack(*_ranges(np.array([7, 5, 3, 2, 2])), 10, np.random.default_rng(0))
    rows = [
        sorted(packed.length[a:b].tolist())
        for a, b in zip(packed.first[:-1], packed.first[1:], strict=True)
    ]
    assert sorted(rows) == [[2, 2, 5], [3, 7]]


def test_rows_hold_each_target_with_the_token_before_it(tokens):
    folder = open_tokens(tokens)
    rows = training_rows(folder, "letters", seq_len=32, limit=0, data_seed=0)
    batch = rows.gather(np.arange(rows.packed.n_rows))
    source = folder.split("letters", "train").tokens.astype(int)
    pairs = np.stack([np.concatenate([[256], source[:-1]]), source])
    is_token = batch.segments > 0
    found = np.stack([batch.inputs[is_token], batch.targets[is_token]]).astype(int)
    assert np.array_equal(np.sort(pairs[0] * 1000 + pairs[1]), np.sort(found[0] * 1000 + found[1]))
    assert not batch.inputs[~is_token].any()


def test_a_row_starts_a_new_segment_at_every_document(tokens):
    rows = training_rows(open_tokens(tokens), "letters", seq_len=32, limit=0, data_seed=0)
    batch = rows.gather(np.arange(rows.packed.n_rows))
    after_end = (batch.inputs[:, 1:] == 256) & (batch.segments[:, 1:] > 0)
    assert np.all((np.diff(batch.segments.astype(int), axis=1) == 1)[after_end])


def test_subsets_of_one_seed_are_nested_and_exact():
    starts = np.array([0, 10, 25, 27, 60])
    order = np.array([2, 0, 3, 1])
    sizes = [int(np.sum(np.diff(take_documents(starts, order, n), axis=0))) for n in (1, 5, 40, 60)]
    assert sizes == [1, 5, 40, 60]
    assert take_documents(starts, order, 5)[0].tolist() == [25, 0]


def test_every_epoch_reads_the_same_rows_in_another_order(small, tokens):
    stream = open_stream(small(shares={"letters": 1.0}, tokens_unique=640), open_tokens(tokens))
    n = stream.rows[0].packed.n_rows
    epochs = [stream.reader(k * n).read(n, 1).targets[:, 0] for k in range(2)]
    assert np.array_equal(*(np.sort(e.astype(int) @ np.arange(32)) for e in epochs))
    assert not np.array_equal(*epochs)
    assert stream.tokens_unique(5 * n) == 640


def test_the_order_does_not_depend_on_batches_or_on_where_reading_began(small, tokens):
    stream = open_stream(small(), open_tokens(tokens))
    whole = stream.reader(0).read(30, 4).targets.reshape(120, -1)
    reader = stream.reader(0)
    pieces = [reader.read(5, 6).targets.reshape(30, -1) for _ in range(4)]
    assert np.array_equal(whole, np.concatenate(pieces))
    assert np.array_equal(whole[70:], stream.reader(70).read(50, 1).targets[:, 0])


@pytest.mark.parametrize("share", [0.1, 0.37, 0.9])
def test_domains_have_their_shares(share):
    rows = Rows(np.zeros(1, np.uint16), 0, pack(*_ranges(np.array([4])), 4, _rng()), 4)
    stream = Stream(("a", "b"), np.array([share, 1 - share]), (rows, rows), data_seed=3)
    assert stream.seen(10_240)[0] == pytest.approx(share * 10_240, abs=10 * 2)


def test_held_out_rows_do_not_depend_on_the_run(tokens):
    folder = open_tokens(tokens)
    rows = heldout_rows(folder, "digits", seq_len=32, n_tokens=300)
    again = heldout_rows(folder, "digits", seq_len=32, n_tokens=300)
    assert rows.packed.n_tokens == 300
    assert np.array_equal(rows.packed.start, again.packed.start)


def test_too_few_tokens_are_refused(small, tokens):
    with pytest.raises(DataError) as caught:
        open_stream(small(tokens_unique=10**7), open_tokens(tokens))
    assert caught.value.code == "E412"


def test_a_share_of_no_domain_is_refused(small, tokens):
    with pytest.raises(UsageError, match="leters"):
        open_stream(small(shares={"leters": 1.0}), open_tokens(tokens))


def _rng():
    return np.random.default_rng(0)
