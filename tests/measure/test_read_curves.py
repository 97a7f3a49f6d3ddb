"""Curves are read as runs are, without the rules that judge finished runs."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.errors import DataError
from isoflop.measure.read_curves import read_curves

LOG = """run,step,n_params,tokens,train_loss,lr
a,0,10M,0,10.9,0
a,100,10M,1M,9.1,0.001
a,200,10M,2M,5.0,0.001
b,100,20M,1M,8.8,0.001
b,200,20M,2M,4.7,0.001
"""


def test_a_log_of_two_runs_is_read(csv_file):
    curves = read_curves(csv_file(LOG), params="total", loss_unit="nat/token")
    assert curves.run_ids == ["a", "b"]
    assert curves.values("flops").tolist() == pytest.approx([6e13, 1.2e14, 1.2e14, 2.4e14])
    assert [item.row for item in curves.provenance.exclusions] == [1]
    assert curves.conventions.to_dict() == {
        "params": "total",
        "flops": "6ND",
        "loss": "nat/token",
    }


def test_a_log_of_one_run_without_its_name_is_that_of_the_file(csv_file):
    text = '{"step": 1, "tokens": 1e6, "loss": 9.5}\n{"step": 2, "tokens": 2e6, "loss": 8.5}\n'
    curves = read_curves(csv_file(text, "steps.jsonl"))
    assert curves.run_ids == ["steps"]
    assert any("all rows are run 'steps'" in text for text in curves.provenance.conversions)


def test_early_losses_are_kept(csv_file):
    # A uniform guess, bits among nats by magnitude, and much above the median of the table.
    rows = "".join(f"a,{i},1e7,{i}e6,16,{2.0 + 14.0 / i}\n" for i in range(1, 60))
    curves = read_curves(csv_file(f"run_id,step,params,tokens,vocab,loss\n{rows}"))
    assert len(curves) == 59


def test_a_repeated_step_is_an_error_and_the_later_row_is_kept_on_request(csv_file):
    path = csv_file(LOG + "b,200,20M,2M,4.6,0.001\n")
    with pytest.raises(DataError, match="row 6") as caught:
        read_curves(path)
    assert caught.value.code == "E341"
    kept = read_curves(path, drop=("duplicate",))
    assert kept.of("b").values("loss").tolist() == [8.8, 4.6]


def test_a_restart_that_goes_back_is_an_error(csv_file):
    with pytest.raises(DataError, match="falls"):
        read_curves(csv_file(LOG + "b,150,20M,1.5M,5.6,0.001\n"))


def test_a_data_frame_enters(csv_file):
    frame = pl.DataFrame({"run_id": ["a"] * 3, "step": [1, 2, 3], "loss": [3.0, 2.0, 1.5]})
    assert read_curves(frame).values("step").tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_written_curves_read_back_equal(csv_file, tmp_path, kind):
    curves = read_curves(csv_file(LOG), params="non_embedding", loss_unit="nat/token")
    again = read_curves(getattr(curves, f"to_{kind}")(tmp_path / f"again.{kind}"))
    assert again.digest == curves.digest
    assert again.conventions == curves.conventions


def test_units_are_judged_at_the_end_of_training(csv_file):
    tokens = np.geomspace(1e9, 1e11, 40)
    loss = 1.8172 + 482.01 * 1e9**-0.3478 + 2085.43 * tokens**-0.3658
    loss[:-1] *= 1.45  # only the last row is trained out
    rows = "".join(
        f"a,{i},1e9,{d:.6g},{y:.6g}\n" for i, (d, y) in enumerate(zip(tokens, loss, strict=True))
    )
    notes = read_curves(csv_file(f"run_id,step,params,tokens,loss\n{rows}")).provenance.notes
    assert "W112" not in [note.code for note in notes]
