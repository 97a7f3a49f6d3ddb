"""The tables the package carries: complete, consistent with their cards, ready for a law."""

from __future__ import annotations

import json

import numpy as np
import pytest

from isoflop.cli.datasets import datasets
from isoflop.core.errors import UsageError
from isoflop.measure.measured import measured, measured_tables
from isoflop.measure.read_runs import read_runs

NAMES = sorted(measured_tables())


def test_the_tables_of_the_first_studies_are_there():
    assert {"ladder", "mixture", "rates", "repeat"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_table_says_what_its_numbers_count(name):
    table = measured(name)
    runs = table.runs()
    assert len(runs) == table.card["runs"]
    assert runs.conventions.params == "total"
    assert runs.conventions.loss == "nat/token"
    assert {"how", "when", "hardware", "data", "command", "licence"} <= set(table.card)
    assert not runs.provenance.exclusions


@pytest.mark.parametrize("name", NAMES)
def test_every_run_has_its_curve_up_to_its_last_token(name):
    table = measured(name)
    runs, steps = table.runs(), table.steps()
    final = dict(zip(runs.text("run_id"), runs.values("tokens"), strict=True))
    last = steps.final()
    assert dict(zip(last.text("run_id"), last.values("tokens"), strict=True)) == final


def test_ladder_spans_what_its_card_says():
    runs = measured("ladder").runs()
    compute = runs.values("flops")
    assert len(runs) >= 80
    assert np.log10(compute.max() / compute.min()) > 2.5
    assert set(runs.values("seed")) == {0.0, 1.0, 2.0}


def test_repeated_data_is_repeated_as_often_as_it_says():
    runs = measured("repeat").runs()
    ratio = runs.values("tokens") / runs.values("tokens_unique")
    assert runs.values("epochs") == pytest.approx(ratio, rel=1e-3)
    assert ratio.max() > 60


def test_shares_of_a_mixture_sum_to_one():
    runs = measured("mixture").runs()
    shares = [column for column in runs.columns if column.startswith("share/")]
    total = sum(runs.values(column) for column in shares)
    assert total == pytest.approx(np.ones(len(runs)), abs=1e-5)


def test_a_table_is_written_and_read_back(tmp_path, capsys):
    datasets("repeat", out=tmp_path / "repeat.csv", json=True)
    assert json.loads(capsys.readouterr().out)["rows"] == len(measured("repeat").runs())
    back = read_runs(tmp_path / "repeat.csv", keep=("diverged", "duplicate", "loss_in_bits"))
    assert back.values("loss").tolist() == measured("repeat").runs().values("loss").tolist()


def test_an_unknown_table_and_an_ending_are_refused(tmp_path):
    with pytest.raises(UsageError) as unknown:
        datasets("ladders")
    assert "ladder" in str(unknown.value)
    with pytest.raises(UsageError) as ending:
        datasets("ladder", out=tmp_path / "ladder.xls")
    assert ending.value.code == "E100"
