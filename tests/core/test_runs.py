"""The run table answers for its values and keeps its history."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from isoflop.core.compute import with_compute
from isoflop.core.conventions import Conventions
from isoflop.core.errors import DataError, UsageError
from isoflop.core.provenance import Exclusion, Provenance
from isoflop.core.runs import Runs


def make_runs(**columns):
    n = len(next(iter(columns.values())))
    table = pl.DataFrame({"row": range(1, n + 1), **columns})
    return Runs(table, Conventions(), Provenance("made", "0", {"params": "size"}))


@pytest.fixture
def runs():
    return make_runs(
        params=[1e8, 2e8, 4e8],
        tokens=[2e9, 4e9, 8e9],
        loss=[3.5, 3.2, None],
        dataset=["c4", "web", "c4"],
    )


def test_values_are_float64_by_column_or_symbol(runs):
    assert runs.values("N").dtype == np.float64
    assert runs.values("N").tolist() == runs.values("params").tolist() == [1e8, 2e8, 4e8]


def test_tokens_per_parameter_follow_by_definition(runs):
    assert runs.has("M")
    assert runs.values("M").tolist() == [20.0, 20.0, 20.0]


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [("lr", "E216", "--map lr="), ("loss", "E217", "row 3"), ("dataset", "E213", "holds text")],
)
def test_unusable_columns_are_refused_with_their_place(runs, name, code, said):
    with pytest.raises(DataError) as caught:
        runs.values(name)
    assert caught.value.code == code
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        (("dataset=c4",), [1, 3]),
        (("dataset!=c4",), [2]),
        (("tokens>=4B", "dataset=c4"), [3]),
        (("size<3e8",), [1, 2]),
        (("N=100M",), [1]),
        (("loss<=3.5",), [1, 2]),
    ],
)
def test_conditions_select_rows(runs, where, rows):
    chosen = runs.select(*where)
    assert chosen.rows.tolist() == rows
    assert len(chosen.provenance.conversions) == len(where)


@pytest.mark.parametrize("where", ["dataset", "nothing=1", "dataset<c4", "tokens=many"])
def test_impossible_conditions_are_wrong_usage(runs, where):
    with pytest.raises(UsageError):
        runs.select(where)


def test_a_condition_nothing_meets_lists_the_values(runs):
    with pytest.raises(DataError, match="c4, web"):
        runs.select("dataset=pile")


def test_rows_are_taken_by_mask_or_index(runs):
    assert runs.take(np.array([True, False, True])).rows.tolist() == [1, 3]
    assert runs.take([2, 0, 0]).rows.tolist() == [3, 1, 1]


def test_groups_split_by_value(runs):
    assert {label: len(part) for label, part in runs.groups("dataset").items()} == {
        "c4": 2,
        "web": 1,
    }


def test_the_digest_sees_values_and_not_the_order_of_columns(runs):
    swapped = Runs(runs.table.select(runs.table.columns[::-1]), runs.conventions, runs.provenance)
    assert runs.digest == swapped.digest
    assert runs.digest != runs.take([0, 2, 1]).digest


def test_json_is_complete_and_has_no_nan():
    document = json.loads(make_runs(loss=[1.0, float("nan")]).to_json())
    assert [row["loss"] for row in document["runs"]] == [1.0, None]
    assert document["conventions"]["loss"] == "unknown"


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_tables_are_written_whole(runs, tmp_path, kind):
    path = getattr(runs, f"to_{kind}")(tmp_path / f"runs.{kind}")
    assert path.stat().st_size > 0
    assert [item.name for item in tmp_path.iterdir()] == [f"runs.{kind}"]


def test_excluded_rows_are_a_table():
    exclusion = Exclusion(7, None, "missing", "W101", "no value for loss")
    runs = make_runs(loss=[1.0])
    kept = Runs(runs.table, runs.conventions, Provenance("f", "0", exclusions=(exclusion,)))
    assert kept.tables()["exclusions"]["row"].to_list() == [7]


def test_repr_has_three_lines(runs):
    assert len(repr(runs).splitlines()) == 3


@pytest.mark.parametrize("absent", ["params", "tokens", "flops"])
def test_the_third_of_size_tokens_compute_is_derived(absent):
    full = {"params": [1e8, 2e8], "tokens": [2e9, 4e9], "flops": [1.2e18, 4.8e18]}
    given = {name: cells for name, cells in full.items() if name != absent}
    derived = with_compute(make_runs(**given))
    assert derived.values(absent) == pytest.approx(np.array(full[absent]))
    assert derived.conventions.flops == "6ND"
    assert absent in derived.provenance.conversions[0]


def test_compute_that_is_6nd_is_recognised():
    runs = make_runs(params=[1e8], tokens=[2e9], flops=[1.2e18])
    assert with_compute(runs).conventions.flops == "6ND"


@pytest.mark.parametrize(
    ("factor", "more", "said"),
    [
        (1 / 3, {}, "2ND"),
        (4 / 3, {}, "8ND"),
        (0.5, {"params_non_embedding": [5e7, 5e7]}, "non-embedding"),
        (1.3, {"width": [1e3] * 2, "depth": [10] * 2, "seq_len": [3e3] * 2}, "causal attention"),
        (0.8, {}, "embeddings that flops leave out"),
        (1.2, {}, "may leave out"),
    ],
)
def test_a_mismatch_names_the_convention_that_explains_it(factor, more, said):
    six_nd = 6 * 1e8 * 2e9
    runs = make_runs(params=[1e8] * 2, tokens=[2e9] * 2, flops=[six_nd * factor] * 2, **more)
    notes = with_compute(runs).provenance.notes
    assert [note.code for note in notes] == ["W110"]
    assert said in notes[0].text


def test_an_overflowed_count_is_refused_with_its_row():
    with pytest.raises(DataError, match="row 2"):
        with_compute(make_runs(params=[1e8, -5e18], tokens=[1e9, 1e9]))
