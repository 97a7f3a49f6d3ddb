"""A table is read as it was meant, or refused with the place and the next step."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from isoflop.core.errors import ConventionError, DataError, IsoflopError, UsageError
from isoflop.measure.read_runs import propose_columns, read_runs

GOOD = 'params,tokens,loss\n70M,1.4B,3.9\n1_000_000,2e7,5.1\n"7,000,000",140M,4.4\n'


def codes(runs):
    return [note.code for note in runs.provenance.notes]


def test_counts_are_read_as_people_write_them(csv_file):
    runs = read_runs(csv_file(GOOD))
    assert runs.values("N").tolist() == [7e7, 1e6, 7e6]
    assert runs.values("D").tolist() == [1.4e9, 2e7, 1.4e8]


def test_compute_is_derived_and_said(csv_file):
    runs = read_runs(csv_file(GOOD))
    assert runs.values("C")[0] == pytest.approx(6 * 7e7 * 1.4e9)
    assert runs.conventions.flops == "6ND"
    assert runs.provenance.conversions == ("flops derived by C = 6ND in 3 of 3 rows",)


@pytest.mark.parametrize(
    ("text", "name", "code", "said"),
    [
        (b"", "runs.csv", "E203", "empty"),
        (b"\n\n", "runs.csv", "E203", "empty"),
        (b"params,tokens,loss\n", "runs.csv", "E203", "no rows"),
        (b"params,tokens,loss\n1,\xff,3\n", "runs.csv", "E204", "line 2"),
        (b"1e6,2e7,5.1\n2e6,2e7,5.0\n", "runs.csv", "E205", "no header"),
        (b"params,loss,loss\n1e6,2,3\n", "runs.csv", "E206", "loss"),
        (GOOD.encode(), "runs.xlsx", "E207", ".csv"),
        (b"params,loss\n1e6,2,3\n1e6,2\n", "runs.csv", "E208", "Row 1"),
        (b'params,loss\n1e6,"2\n1e6,3\n', "runs.csv", "E209", "quote"),
        (b"not parquet", "runs.parquet", "E209", "Parquet"),
        (b'{"loss": 1}\n[1]\n{"loss": 2}\n', "runs.jsonl", "E209", "Line 2"),
        (b"size_of_it,score\n1e6,2\n", "runs.csv", "E211", "--map loss="),
        (b"colour,loss\nred,2\n", "runs.csv", "E211", "--map N="),
        (b"params,loss\nsmall,2\nlarge,3\n", "runs.csv", "E210", "holds text"),
        (b"params,loss_a,loss_b\n1e6,2,3\n", "runs.csv", "E210", "--map loss=loss_a or"),
        (b"params,tokens,loss\n1e6,1e9,-\n", "runs.csv", "E218", "missing"),
    ],
)
def test_a_hopeless_file_is_refused_with_the_reason(csv_file, text, name, code, said):
    with pytest.raises(DataError) as caught:
        read_runs(csv_file(text, name))
    assert caught.value.code == code
    assert said in str(caught.value)
    assert caught.value.do


def test_a_missing_file_lists_its_neighbours(csv_file):
    path = csv_file(GOOD)
    with pytest.raises(DataError, match=r"E201[\s\S]*runs\.csv"):
        read_runs(path.with_name("run.csv"))


def test_a_folder_is_no_file(csv_file):
    with pytest.raises(DataError, match="E202"):
        read_runs(csv_file(GOOD).parent)


def test_an_object_that_is_no_table_is_refused():
    with pytest.raises(DataError, match="E221"):
        read_runs([1, 2, 3])


@pytest.mark.parametrize("separator", [";", "\t"])
def test_spreadsheet_separators_are_understood(csv_file, separator):
    text = separator.join(["params", "tokens", "loss"]) + "\n" + separator.join(["7B", "1T", "2.0"])
    assert read_runs(csv_file("\ufeff" + text)).values("N").tolist() == [7e9]


def test_a_bad_cell_leaves_its_row_out_by_name(csv_file):
    rows = "".join(f"b{i},1e{6 + i % 4},1e9,{3 + i / 10}\n" for i in range(9))
    runs = read_runs(csv_file(f"run_id,params,tokens,loss\na,1e6,oops,3\n{rows}"))
    (gone,) = runs.provenance.exclusions
    assert (gone.row, gone.run_id, gone.rule, gone.code) == (1, "a", "not_a_number", "W100")
    assert "'tokens' holds 'oops'" in gone.reason
    assert len(runs) == 9


def test_a_bad_cell_stops_the_reading_when_asked(csv_file):
    rows = "".join(f"1e{6 + i % 4},1e9,{3 + i / 10}\n" for i in range(9))
    with pytest.raises(DataError) as caught:
        read_runs(csv_file(f"params,tokens,loss\n{rows}1e6,oops,3\n"), keep=("not_a_number",))
    said = str(caught.value)
    assert caught.value.code == "E213"
    assert "runs.csv, column 'tokens', row 10; expected a count such as 7B" in said
    assert "'oops'" in said


def test_a_column_of_text_fails_when_mapped(csv_file):
    with pytest.raises(DataError, match="E213"):
        read_runs(csv_file("size,tokens,loss\nbig,1e9,3\n"), mapping={"N": "size"})


def test_a_last_line_cut_off_is_counted(csv_file):
    runs = read_runs(csv_file('{"N": 1e6, "D": 1e9, "loss": 3}\n{"N": 1e7, "D"', "runs.jsonl"))
    assert [item.rule for item in runs.provenance.exclusions] == ["missing"]
    assert len(runs) == 1


@pytest.mark.parametrize(
    ("header", "mapping"),
    [
        ("N,D,L", {"params": "N", "tokens": "D", "loss": "L"}),
        (
            "nParams,tokens_seen,val_loss",
            {"params": "nParams", "tokens": "tokens_seen", "loss": "val_loss"},
        ),
        (
            "Model Size,train-tokens,Final Loss",
            {"params": "Model Size", "tokens": "train-tokens", "loss": "Final Loss"},
        ),
        ("num_params,D,loss_c4", {"params": "num_params", "tokens": "D", "loss": "loss_c4"}),
    ],
)
def test_common_names_are_understood(csv_file, header, mapping):
    runs = read_runs(csv_file(f"{header}\n1e8,2e9,3.5\n2e8,4e9,3.2\n"))
    assert dict(runs.provenance.mapping) == mapping


def test_sizes_in_billions_are_not_taken_for_counts(csv_file):
    path = csv_file("Params (B),tokens,loss\n0.4,1e10,3\n7,1e11,2.5\n")
    runs = read_runs(path)
    assert not runs.has("params")
    assert "--map 'params=1e+09*Params (B)'" in runs.provenance.notes[0].text
    scaled = read_runs(path, mapping={"N": "1e9*Params (B)"})
    assert scaled.values("N").tolist() == [4e8, 7e9]
    assert "1e+09 times" in scaled.provenance.conversions[0]


def test_a_column_may_be_left_out_and_replaced(csv_file):
    path = csv_file("params,tokens,flops,loss,loss_ema\n1e8,2e9,9e18,3.5,3.4\n")
    runs = read_runs(path, mapping={"C": "", "loss": "loss_ema"})
    assert runs.values("loss").tolist() == [3.4]
    assert runs.values("flops").tolist() == [1.2e18]
    assert runs.values("loss_in_source").tolist() == [3.5]


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"N": "nothing"}, "E212"),
        ({"N": "params", "params": "tokens"}, "E222"),
        ({"N": "params", "D": "params"}, "E222"),
        ({"Q": "params"}, "E101"),
        ({"M": "params"}, "E100"),
        ("missing.toml", "E219"),
    ],
)
def test_a_wrong_mapping_is_refused(csv_file, mapping, code):
    with pytest.raises(IsoflopError) as caught:
        read_runs(csv_file(GOOD), mapping=mapping)
    assert caught.value.code == code


def test_proposals_come_with_confidence_and_reason(csv_file):
    proposed = propose_columns(csv_file("params,batch_size,val_loss\n1e8,512,3\n"))
    found = {item.foreign: item.confidence for item in proposed.proposals}
    assert found == {"params": "sure", "batch_size": "doubtful", "val_loss": "likely"}


@pytest.mark.parametrize(
    ("unit", "per_byte", "factor", "known"),
    [
        ("nat/token", None, 1.0, "nat/token"),
        ("bit/token", None, np.log(2), "nat/token"),
        ("bit/byte", 0.25, 4 * np.log(2), "nat/token"),
        ("bit/byte", None, 1.0, "bit/byte"),
        ("unknown", None, 1.0, "unknown"),
    ],
)
def test_a_declared_unit_is_converted_to_nats(csv_file, unit, per_byte, factor, known):
    runs = read_runs(csv_file(GOOD), loss_unit=unit, tokens_per_byte=per_byte)
    assert runs.values("loss") == pytest.approx(np.array([3.9, 5.1, 4.4]) * factor)
    assert runs.conventions.loss == known


def test_impossible_tokens_per_byte_are_refused(csv_file):
    with pytest.raises(ConventionError):
        read_runs(csv_file(GOOD), loss_unit="bit/byte", tokens_per_byte=-1)


@pytest.mark.parametrize("wrong", [{"params": "all"}, {"loss_unit": "bits"}, {"drop": ("best",)}])
def test_unknown_choices_are_wrong_usage(csv_file, wrong):
    with pytest.raises(UsageError):
        read_runs(csv_file(GOOD), **wrong)


def test_bits_per_byte_alone_serve_as_the_loss(csv_file):
    runs = read_runs(csv_file("params,tokens,bpb\n1e8,2e9,1.1\n"))
    assert runs.conventions.loss == "bit/byte"
    assert "W122" in codes(runs)


@pytest.mark.parametrize(("factor", "code"), [(1 / np.log(2), "W112"), (0.3, "W121")])
def test_a_whole_table_in_bits_is_suspected_and_not_converted(smooth, factor, code):
    params, tokens, loss = smooth
    frame = pl.DataFrame({"params": params, "tokens": tokens, "loss": loss * factor})
    runs = read_runs(frame)
    assert code in codes(runs)
    assert runs.values("loss") == pytest.approx(loss * factor)
    assert code not in codes(read_runs(frame, loss_unit="nat/token"))


def test_the_only_size_is_used_and_named(csv_file):
    runs = read_runs(csv_file("params_nonemb,tokens,loss\n1e8,2e9,3.5\n"))
    assert runs.values("N").tolist() == [1e8]
    assert runs.conventions.params == "non_embedding"


def test_a_declared_count_chooses_its_column(csv_file):
    path = csv_file("params,params_nonemb,tokens,loss\n1.5e8,1e8,2e9,3.5\n")
    assert read_runs(path).values("N").tolist() == [1.5e8]
    assert read_runs(path, params="total").values("N").tolist() == [1.5e8]
    assert read_runs(path, params="non_embedding").values("N").tolist() == [1e8]


def test_conditions_hold_on_mapped_unmapped_and_derived_columns(csv_file):
    path = csv_file("n_params,tokens,loss,kind\n1e8,2e9,3,a\n2e8,2e9,2.9,a\n1e8,9e9,2.8,b\n")
    assert read_runs(path, where=("kind=a", "n_params<2e8")).rows.tolist() == [1]
    assert read_runs(path, where=("flops<2e18",)).rows.tolist() == [1]


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_written_runs_read_back_equal(csv_file, tmp_path, kind):
    runs = read_runs(csv_file(GOOD))
    again = read_runs(getattr(runs, f"to_{kind}")(tmp_path / f"again.{kind}"))
    assert again.digest == runs.digest


def test_a_saved_mapping_reads_the_same_runs(csv_file, tmp_path):
    from isoflop.measure.mapping_words import load_mapping, save_mapping

    path = csv_file('"the ""N""",tokens,loss a\n1e8,2e9,3.5\n')
    pairs = {"params": 'the "N"', "loss": "loss a"}
    saved = save_mapping(pairs, tmp_path / "map.toml")
    assert load_mapping(saved) == pairs
    assert read_runs(path, mapping=saved).digest == read_runs(path, mapping=pairs).digest


@pytest.mark.parametrize("library", ["polars", "pandas", "pyarrow"])
def test_any_data_frame_enters(library):
    module = pytest.importorskip(library)
    make = {"polars": "DataFrame", "pandas": "DataFrame", "pyarrow": "table"}[library]
    frame = getattr(module, make)({"N": ["7B", None], "D": [1e9, 2e9], "loss": [3.0, 2.0]})
    runs = read_runs(frame)
    assert runs.values("N").tolist() == [7e9]
    assert runs.provenance.source == f"{library} data frame"


def test_the_same_bytes_give_the_same_document(csv_file):
    path = csv_file(GOOD)
    assert read_runs(path).to_json() == read_runs(path).to_json()
    assert json.loads(read_runs(path).to_json())["rows"] == 3


@pytest.mark.parametrize(
    ("column", "value", "option"),
    [
        ("tokens", 4096, "--map tokens=tokens (if counts as they stand)"),
        ("params", 500, "--map params=params (if counts as they stand)"),
        ("tokens", 7.5, "--map 'tokens=1e+09*tokens' (if billions)"),
    ],
)
def test_small_numbers_are_offered_as_counts_and_at_likely_scales(column, value, option):
    known = {"params": 1e8, "tokens": 2e9, "loss": 3.0} | {column: value}
    runs = read_runs(pl.DataFrame({name: [number] * 3 for name, number in known.items()}))
    said = next(note.text for note in runs.provenance.notes if note.code == "W126")
    assert option in said
    with pytest.raises(DataError, match="E216") as caught:
        runs.values(column)
    assert option in caught.value.do


def test_text_in_the_only_loss_is_shown_and_a_decimal_comma_is_named(csv_file):
    with pytest.raises(DataError, match="E210") as caught:
        read_runs(csv_file("params;tokens;loss\n1e8;2e9;3,54\n2e8;4e9;3,21\n"))
    assert "'3,54'; decimals need a point" in caught.value.where
    assert "loss=loss" not in caught.value.do


def test_a_negative_size_with_a_suffix_is_a_negative_count(csv_file):
    rows = "".join(f"{n}M,2e9,3.{n}\n" for n in range(10, 20))
    runs = read_runs(csv_file(f"params,tokens,loss\n-70M,2e9,3.5\n{rows}"))
    (left_out,) = runs.provenance.exclusions
    assert (left_out.row, left_out.rule) == (1, "negative_count")


@pytest.mark.parametrize(
    "evidence",
    [
        {"vocab": pl.lit(257)},
        {"bits_per_byte": pl.col("loss") / np.log(2)},
        {"bits_per_byte": 1.02 * pl.col("loss") / np.log(2)},
    ],
)
def test_losses_a_byte_are_no_riddle_where_the_table_shows_that_tokens_are_bytes(smooth, evidence):
    params, tokens, loss = smooth
    frame = pl.DataFrame({"params": params, "tokens": tokens, "loss": 0.3 * loss})
    assert "W121" not in codes(read_runs(frame.with_columns(**evidence)))


@pytest.mark.parametrize(
    "evidence", [{"vocab": pl.lit(50257)}, {"bits_per_byte": 0.3 * pl.col("loss") / np.log(2)}]
)
def test_low_losses_over_larger_tokens_stay_a_riddle(smooth, evidence):
    params, tokens, loss = smooth
    frame = pl.DataFrame({"params": params, "tokens": tokens, "loss": 0.3 * loss})
    assert "W121" in codes(read_runs(frame.with_columns(**evidence)))
