"""Whole runs: what they write, that they survive kills, branch, diverge and stack."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jax
import numpy as np
import pytest

from isoflop.core.errors import DataError, UsageError
from isoflop.measure.train.checkpoint import read_place
from isoflop.measure.train.divergence import Watch
from isoflop.measure.train.train_run import train_run
from isoflop.measure.train.train_stack import train_stack

CLOCKS = {"wall_seconds", "run_id", "branch_from", "branched_at", "n_stacked"}


def _lines(folder):
    return [json.loads(text) for text in (folder / "steps.jsonl").read_text().splitlines()]


def _timeless(row):
    return {name: value for name, value in row.items() if name not in CLOCKS}


@pytest.fixture(scope="module")
def finished(small, tmp_path_factory):
    """A run with two evaluations and three checkpoints."""
    folder = tmp_path_factory.mktemp("run") / "whole"
    config = small(steps=30, eval_every=15, checkpoint_every=10, schedule="wsd", log_every=7)
    return config, folder, train_run(config, folder)


def test_a_run_learns_and_says_what_laws_need(finished):
    _, folder, row = finished
    assert row == json.loads((folder / "result.json").read_text())
    assert row["status"] == "done"
    assert row["tokens"] == 30 * 4 * 32
    assert row["params"] == 257 * 16 + 12 * 16**2
    assert row["flops"] == row["tokens"] * 6 * (row["params"] + 32 * 16)
    first, last = _lines(folder)[0], _lines(folder)[-1]
    assert last["loss"] < first["loss"] - 0.5
    assert row["share/digits"] + row["share/letters"] == pytest.approx(1.0)


def test_the_loss_is_the_mean_over_tokens_and_bits_follow_from_bytes(finished):
    _, folder, row = finished
    by_domain = [row["loss/digits"], row["loss/letters"]]
    assert row["loss"] == pytest.approx(np.mean(by_domain), rel=1e-9)
    data = Path(json.loads((folder / "config.json").read_text())["data"])
    counts = json.loads((data / "meta.json").read_text())["domains"]
    bytes_per_token = np.mean(
        [c["heldout"]["bytes"] / c["heldout"]["tokens"] for c in counts.values()]
    )
    assert row["bits_per_byte"] == pytest.approx(row["loss"] / np.log(2) / bytes_per_token)


def test_logged_and_evaluated_steps_are_those_asked_for(finished):
    lines = _lines(finished[1])
    assert [line["step"] for line in lines if "loss" in line] == [7, 14, 21, 28, 30]
    assert [line["step"] for line in lines if "heldout_loss" in line] == [15, 30]


def test_a_finished_run_is_returned_as_it_is(finished):
    config, folder, row = finished
    assert train_run(config, folder) == row


def test_a_folder_of_another_run_is_refused(finished, small):
    with pytest.raises(UsageError, match="lr") as caught:
        train_run(small(steps=30, lr=0.02), finished[1])
    assert caught.value.code == "E413"


@pytest.mark.parametrize("last", [10, 20])
def test_a_killed_run_resumes_to_the_same_numbers(finished, tmp_path, last):
    config, folder, row = finished
    again = tmp_path / "killed"
    again.mkdir()
    for name in ("config.json", f"checkpoint-{last}.safetensors"):
        shutil.copy(folder / name, again / name)
    whole = (folder / "steps.jsonl").read_text()
    (again / "steps.jsonl").write_text(whole[: len(whole) - 40])
    resumed = train_run(config, again)
    assert _timeless(resumed) == _timeless(row)
    clockless = [_timeless(line) for line in _lines(again)]
    assert clockless == [_timeless(line) for line in _lines(folder)]


def test_a_branch_of_a_constant_trunk_equals_the_run_it_saves(finished, small, tmp_path):
    row = finished[2]
    trunk = small(steps=110, checkpoint_every=10, log_every=7)
    train_run(trunk, tmp_path / "trunk")
    checkpoint = tmp_path / "trunk" / "checkpoint-20.safetensors"
    changes = {"steps": 30, "eval_every": 15, "branch_from": str(checkpoint)}
    branch = train_run(small(**(trunk.to_dict() | changes)), tmp_path / "branch")
    assert branch["loss"] == row["loss"]
    assert (branch["tokens"], branch["branched_at"]) == (row["tokens"], 20)
    assert read_place(checkpoint).rows == 20 * 4


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"steps": 20}, "E416"), ({"width": 32}, "E415"), ({"optimizer": "lion"}, "E415")],
)
def test_a_branch_that_does_not_fit_is_refused(finished, small, tmp_path, changes, code):
    checkpoint = finished[1] / "checkpoint-20.safetensors"
    with pytest.raises(UsageError) as caught:
        train_run(small(**({"steps": 30, "branch_from": str(checkpoint)} | changes)), tmp_path)
    assert caught.value.code == code


def test_a_damaged_checkpoint_is_named(small, tmp_path):
    (tmp_path / "checkpoint-5.safetensors").write_bytes(b"not a checkpoint")
    with pytest.raises(DataError) as caught:
        train_run(small(), tmp_path)
    assert caught.value.code == "E414"


def test_divergence_is_a_result(small, tmp_path):
    row = train_run(small(lr=1e38), tmp_path)
    assert (row["status"], row["loss"]) == ("diverged", None)
    assert 1 <= row["diverged_at"] < 12
    assert row["tokens"] == row["diverged_at"] * 4 * 32
    assert _lines(tmp_path)[-1]["step"] == row["diverged_at"]


def test_the_watch_forgives_spikes_but_not_a_loss_that_stays_high():
    spiky = Watch(steps=100)
    assert spiky.see([2.0, *[7.0] * 49, 2.0, *[7.0] * 49]) is None
    assert Watch(steps=100).see([2.0, *[7.0] * 80]) == 50
    assert Watch(steps=10_000).see([2.0, *[7.0] * 2000]) == 1000
    assert Watch(steps=100).see([2.0, float("nan")]) == 1


def test_stacked_runs_give_the_numbers_of_single_ones(small, tmp_path):
    differing = [
        {"lr": 0.003, "weight_decay": 0.3},
        {"seed": 5, "init_scale": 0.7},
        {"data_seed": 2, "shares": {"digits": 1.0}, "tokens_unique": 640},
    ]
    configs = [small(steps=20, checkpoint_every=20, **each) for each in differing]
    rows = train_stack(configs, [tmp_path / f"stacked{i}" for i in range(3)])
    singles = [train_run(c, tmp_path / f"single{i}") for i, c in enumerate(configs)]
    for i in range(3):
        losses = [
            [line["loss"] for line in _lines(tmp_path / f"{kind}{i}")]
            for kind in ("stacked", "single")
        ]
        np.testing.assert_allclose(*losses, atol=1e-5)
        assert rows[i]["loss"] == pytest.approx(singles[i]["loss"], abs=1e-5)
        assert rows[i]["epochs"] == singles[i]["epochs"]
    assert [row["n_stacked"] for row in (rows[0], singles[0])] == [3, 1]


def test_runs_that_read_the_same_rows_share_them_and_one_may_diverge(small, tmp_path):
    configs = [small(lr=lr) for lr in (0.003, 1e38)]
    rows = train_stack(configs, [tmp_path / f"stacked{i}" for i in range(2)])
    single = train_run(configs[0], tmp_path / "single")
    assert [row["status"] for row in rows] == ["done", "diverged"]
    assert rows[0]["loss"] == pytest.approx(single["loss"], abs=1e-5)


def test_unlike_runs_are_not_stacked(small, tmp_path):
    with pytest.raises(UsageError, match="width") as caught:
        train_stack([small(), small(width=32)], [tmp_path / "a", tmp_path / "b"])
    assert caught.value.code == "E419"


def test_experts_with_micro_batches_train_and_report_noise(small, tmp_path):
    config = small(
        steps=40, experts=4, experts_active=2, micro_batches=2, noise_scale_every=2, log_every=10
    )
    row = train_run(config, tmp_path)
    records = [line for line in _lines(tmp_path) if "noise_small" in line]
    assert [line["step"] for line in records] == list(range(2, 41, 2))
    assert all(line["noise_small"] > 0 for line in records)
    assert {"noise_scale", "noise_scale_lo", "noise_scale_hi"} <= row.keys()
    assert row["params_active"] < row["params"]
    lines = [line["loss"] for line in _lines(tmp_path) if "loss" in line]
    assert lines[-1] < lines[0] - 0.5


def test_schedule_free_is_evaluated_at_its_mean_weights(small, tmp_path):
    from isoflop.measure.train.optimizer import get_optimizer
    from isoflop.measure.train.program import first_params, hyper_of, key_of, transform_of
    from isoflop.measure.train.shape import shape_of

    config = small(optimizer="schedule_free", schedule="constant", checkpoint_every=12)
    row = train_run(config, tmp_path)
    assert row["status"] == "done"
    key = key_of(config, shape_of(config, 257))
    params = first_params(key, [config])
    state = transform_of(key, hyper_of(config)).init(params)
    mean = get_optimizer("schedule_free").evaluation_params(state, params)
    assert jax.tree.structure(mean) == jax.tree.structure(params)
    assert row["loss"] < np.log(257)
