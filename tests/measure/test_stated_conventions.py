"""Conventions travel with exported runs, and contradict wrong options."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.errors import IsoflopError
from isoflop.measure.read_runs import read_runs

TABLE = "params,params_nonemb,tokens,loss\n1.5e8,1e8,2e9,3.5\n3e8,2.2e8,4e9,3.2\n"
HEAD = "params,tokens,loss,"


def codes(runs):
    return [note.code for note in runs.provenance.notes]


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"params": "total", "loss_unit": "nat/token"},
        {"params": "non_embedding", "loss_unit": "bit/token"},
        {"loss_unit": "bit/byte"},
        {"loss_unit": "bit/byte", "tokens_per_byte": 0.25},
    ],
)
def test_conventions_and_values_survive_a_round_trip(csv_file, tmp_path, kind, options):
    runs = read_runs(csv_file(TABLE), **options)
    again = read_runs(getattr(runs, f"to_{kind}")(tmp_path / f"again.{kind}"))
    assert again.conventions == runs.conventions
    assert again.digest == runs.digest
    third = read_runs(again.to_csv(tmp_path / "third.csv"))
    assert (third.conventions, third.digest) == (runs.conventions, runs.digest)


def test_a_recounted_formula_survives(csv_file, tmp_path):
    text = "params,tokens,loss,depth,width,vocab,seq_len,heads\n1e8,2e9,3,8,512,32000,1024,8\n"
    runs = read_runs(csv_file(text), params="tied").recount(flops="kaplan")
    again = read_runs(runs.to_csv(tmp_path / "again.csv"))
    assert again.conventions.flops == "kaplan"
    assert again.values("flops").tolist() == runs.values("flops").tolist()


def test_the_column_says_what_a_reader_of_the_file_should_know(csv_file, tmp_path):
    runs = read_runs(csv_file(TABLE), params="total", loss_unit="nat/token")
    written = pl.read_csv(runs.to_csv(tmp_path / "out.csv"))
    assert written["params_convention"].unique().to_list() == ["total"]
    assert written["flops_convention"].unique().to_list() == ["6ND"]
    assert written["loss_convention"].unique().to_list() == ["nat/token"]


def test_unknown_conventions_are_not_written(csv_file, tmp_path):
    written = pl.read_csv(read_runs(csv_file(TABLE)).to_csv(tmp_path / "out.csv"))
    assert "params_convention" not in written.columns
    assert "loss_convention" not in written.columns


def test_stated_bits_are_converted_as_declared_ones_are(csv_file):
    runs = read_runs(csv_file(f"{HEAD}loss_convention\n1e8,2e9,3.5,bit/token\n"))
    assert runs.values("loss") == pytest.approx(np.array([3.5 * np.log(2)]))
    assert runs.conventions.loss == "nat/token"


def test_the_same_declaration_again_changes_nothing(csv_file, tmp_path):
    runs = read_runs(csv_file(TABLE), params="non_embedding", loss_unit="nat/token")
    path = runs.to_csv(tmp_path / "out.csv")
    assert read_runs(path, params="non_embedding", loss_unit="nat/token").digest == runs.digest


def test_another_count_may_be_chosen_where_the_table_has_it(csv_file, tmp_path):
    path = read_runs(csv_file(TABLE), params="total").to_csv(tmp_path / "out.csv")
    assert read_runs(path, params="non_embedding").values("N").tolist() == [1e8, 2.2e8]


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (f"{HEAD}params_convention\n1e8,2e9,3.5,tied\n", {"params": "total"}, "you said total"),
        (
            f"{HEAD}loss_convention\n1e8,2e9,3.5,nat/token\n",
            {"loss_unit": "bit/token"},
            "--map loss_convention=",
        ),
        (
            f"{HEAD}params_convention\n1e8,2e9,3.5,tied\n2e8,2e9,3.4,total\n",
            {},
            "--where params_convention=tied",
        ),
        (f"{HEAD}params_convention\n1e8,2e9,3.5,all\n", {}, "'all', which is not known"),
    ],
)
def test_contradictions_are_refused_with_a_way_out(csv_file, text, options, said):
    with pytest.raises(IsoflopError) as caught:
        read_runs(csv_file(text), **options)
    assert caught.value.code == "E343"
    assert said in str(caught.value)


def test_the_way_out_of_mixed_rows_works(csv_file):
    text = f"{HEAD}params_convention\n1e8,2e9,3.5,tied\n2e8,2e9,3.4,total\n"
    runs = read_runs(csv_file(text), where=("params_convention=tied",))
    assert runs.conventions.params == "tied"
    assert runs.rows.tolist() == [1]


def test_the_way_out_of_a_wrong_column_works(csv_file):
    path = csv_file(f"{HEAD}params_convention\n1e8,2e9,3.5,all\n")
    runs = read_runs(path, mapping={"params_convention": ""}, params="total")
    assert runs.conventions.params == "total"


def test_compute_counted_in_several_ways_is_noted_and_kept(csv_file):
    text = "params,tokens,flops,loss,flops_convention\n1e8,2e9,1.3e18,3.5,palm\n"
    runs = read_runs(csv_file(f"{text}2e8,2e9,2.4e18,3.4,6ND\n"))
    assert runs.conventions.flops == "reported"
    assert runs.text("flops_convention") == ["palm", "6ND"]
    assert "W340" in codes(runs)


def test_a_formula_of_ones_own_is_a_reported_number(csv_file):
    text = "params,tokens,flops,loss,flops_convention\n1e8,2e9,1.3e18,3.5,profiler\n"
    runs = read_runs(csv_file(text))
    assert runs.conventions.flops == "reported"
    assert "W340" not in codes(runs)
