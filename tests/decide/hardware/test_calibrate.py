"""Calibration: finds coefficients that made the steps, and meets its bar on measured ones."""

from __future__ import annotations

import json

import numpy as np
import pytest

from isoflop.core.errors import DataError
from isoflop.core.flops import Shape
from isoflop.decide.hardware.calibrate import calibrate, design
from isoflop.decide.hardware.efficiency import DEFAULTS, Efficiency, read_efficiency
from isoflop.decide.hardware.find_accelerator import accelerator
from isoflop.decide.hardware.layout import Job, Layout
from isoflop.decide.hardware.model import Model
from isoflop.decide.hardware.regression import cross_validated, predict, solve
from isoflop.decide.hardware.step_time import step_time
from isoflop.decide.hardware.terms import TERMS, Machine
from isoflop.decide.hardware.timed_steps import TimedStep, read_steps

H100 = accelerator("h100-sxm")
TRUE = DEFAULTS | {"matmul": 1.4, "elementwise": 2.5, "launch": 2.0, "exchange": 1.7}
SPREADS = (
    (1, 1, 1),
    (8, 1, 1),
    (1, 8, 1),
    (2, 4, 1),
    (1, 1, 8),
    (2, 2, 2),
)
GIVEN = {
    "vocab": "51200",
    "recompute": "full",
    "flash": "false",
    "dropout": "true",
    "sequence_parallel": "false",
    "zero": "0",
}


def made(n_widths: int = 4) -> tuple[TimedStep, ...]:
    """Steps whose seconds are those of known coefficients without overlap."""
    truth = Efficiency(TRUE, overlap=0.0)
    found = []
    for width in (512, 1024, 2048, 4096)[:n_widths]:
        job = Job(Model(Shape(16, width, 32_000, 1024, 8)), 64)
        for data, tensor, pipeline in SPREADS:
            for micro in (1, 4):
                layout = Layout(data, tensor, pipeline, micro_batch=micro)
                seconds = step_time(job, layout, H100, truth).seconds
                found.append(TimedStep(job, layout, seconds))
    return tuple(found)


def test_exact_steps_are_forecast_exactly_and_their_coefficients_found():
    steps = made()
    terms, seconds = design(steps, Machine.of(H100, "bf16"))
    found = solve(terms, seconds, prior=1e-9)
    assert predict(terms, found.values) == pytest.approx(seconds, rel=2e-3)
    named = dict(zip(TERMS, found.values, strict=True))
    assert named["matmul"] == pytest.approx(1.4, rel=0.05)
    assert named["launch"] == pytest.approx(2.0, rel=0.05)


def test_noise_of_two_percent_is_what_is_left_over_on_held_out_steps():
    noise = np.random.default_rng(1).normal(0.0, 0.02, len(made()))
    steps = [
        TimedStep(one.job, one.layout, one.seconds * float(np.exp(e)))
        for one, e in zip(made(), noise, strict=True)
    ]
    found = calibrate(steps, H100)
    assert 0.01 < found.errors.mean() < 0.04


def test_coefficients_are_never_negative_and_exchange_takes_its_volume():
    rng = np.random.default_rng(2)
    steps = [TimedStep(s.job, s.layout, s.seconds * float(rng.uniform(0.5, 2))) for s in made()]
    found = calibrate(steps, H100).efficiency.coefficients
    assert min(found.values()) >= 0.0
    assert found["exchange"] >= 1.0


def test_what_no_step_shows_keeps_what_was_assumed():
    found = calibrate(made(), H100)
    assert {"context", "expert", "scores", "tensor_across"} <= set(found.unseen)
    coefficients = found.efficiency.coefficients
    assert all(coefficients[name] == pytest.approx(DEFAULTS[name]) for name in found.unseen)


def test_the_same_seed_gives_the_same_document():
    assert calibrate(made(), H100, seed=3).to_json() == calibrate(made(), H100, seed=3).to_json()


def test_a_saved_calibration_forecasts_as_the_fit_did(tmp_path):
    steps = made()
    found = calibrate(steps, H100)
    path = tmp_path / "c.json"
    path.write_text(found.to_json())
    efficiency = read_efficiency(path)
    terms, _ = design(steps, Machine.of(H100, "bf16"))
    values = np.array([efficiency.coefficients[name] for name in TERMS])
    said = [step_time(s.job, s.layout, H100, efficiency).seconds for s in steps]
    assert said == pytest.approx(list(predict(terms, values)))


@pytest.mark.parametrize(("steps", "n"), [(made(1)[:4], 4), ((), 0)])
def test_too_few_steps_are_refused(steps, n):
    with pytest.raises(DataError, match=f"{n} steps") as raised:
        calibrate(steps, H100)
    assert raised.value.code == "E586"


def test_steps_that_are_alike_are_noted():
    found = calibrate(made(1)[:8], H100)
    assert [finding.code for finding in found.findings] == ["W582", "W582"]
    assert "width" in found.findings[1].text


# Measured steps (vtrain2023)


@pytest.fixture(scope="module")
def measured(data_dir):
    return read_steps(data_dir / "vtrain-iteration-time" / "iteration_times_single_node.csv", GIVEN)


@pytest.fixture(scope="module")
def table(measured):
    chip = accelerator("a100-sxm-80").with_recalled()
    return design(measured, Machine.of(chip, "bf16"))


def test_held_out_steps_of_a_node_are_within_the_bar(measured):
    found = calibrate(measured, accelerator("a100-sxm-80").with_recalled())
    assert len(found.measured) == 1440
    assert found.errors.mean() <= 0.085
    low, high = found.efficiency.spread
    assert 0.85 < low < 1.0 < high < 1.15


def test_the_wider_model_is_forecast_from_the_narrower(measured, table):
    terms, seconds = table
    wide = np.array([step.job.model.shape.d == 2048 for step in measured])
    errors = np.abs(predict(terms, solve(terms[~wide], seconds[~wide]).values) / seconds - 1.0)
    assert errors[wide].mean() < 0.136  # H10's form: 13.6%


def test_twenty_steps_calibrate_all_1440(table):
    terms, seconds = table
    rows = np.random.default_rng(0).choice(len(seconds), 20, replace=False)
    errors = np.abs(predict(terms, solve(terms[rows], seconds[rows]).values) / seconds - 1.0)
    assert errors.mean() < 0.12


def test_groups_are_forecast_without_their_own_rows(table):
    terms, seconds = table
    groups = np.arange(len(seconds)) % 3 * 1.0
    found = cross_validated(terms, seconds, groups)
    alone = solve(terms[groups != 1.0], seconds[groups != 1.0]).values
    assert found[groups == 1.0] == pytest.approx(predict(terms[groups == 1.0], alone))


# Reading


ROW = (
    "n_layers,d_model,n_heads,vocab,seq_len,batch,micro_batch,tp,seconds\n"
    "16,512,8,100,64,8,2,2,0.5\n"
)


def test_a_table_is_read_under_other_names(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(ROW)
    (step,) = read_steps(path, {"zero": "0"})
    assert (step.layout.tensor, step.layout.zero, step.seconds) == (2, 0, 0.5)
    assert step.job.model.shape.n_layer == 16


def test_jsonl_reads_as_csv_does(tmp_path):
    names, values = (line.split(",") for line in ROW.split())
    (tmp_path / "t.csv").write_text(ROW)
    record = {n: float(v) for n, v in zip(names, values, strict=True)}
    (tmp_path / "t.jsonl").write_text(json.dumps(record) + "\n")
    assert read_steps(tmp_path / "t.jsonl") == read_steps(tmp_path / "t.csv")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ROW.replace("vocab", "v"), "no column vocab"),
        (ROW.replace("seconds", "s"), "no column seconds"),
        (ROW.replace("0.5", "0"), "a step of 0 s"),
        (ROW.replace("16,512", "16.5,512"), "not a whole number"),
        (ROW.replace("8,2,2", "7,2,2"), "no multiple"),
        (ROW.replace("512,8", "513,8"), "not a multiple of 8 heads"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path, text, says):
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=says) as raised:
        read_steps(path)
    assert raised.value.code == "E585"


@pytest.mark.parametrize("name", ["absent.csv", "t.xls"])
def test_a_file_that_cannot_be_read_says_so(tmp_path, name):
    with pytest.raises(DataError) as raised:
        read_steps(tmp_path / name)
    assert raised.value.code == "E585"


def test_an_unknown_given_column_is_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(ROW)
    with pytest.raises(DataError, match="no column of timed steps"):
        read_steps(path, {"depht": "3"})
