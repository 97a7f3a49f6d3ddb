"""Sweeps of the built-in trainer: counts as planned, branches of one trunk, stacked runs."""

from __future__ import annotations

import json
from importlib.util import find_spec

import numpy as np
import pytest

from isoflop.core.errors import UsageError
from isoflop.measure.launch.planning import plan_of, start_sweep
from isoflop.measure.launch.run_folder import RunFolder
from isoflop.measure.launch.run_table import curve_table, run_table
from isoflop.measure.launch.scheduler import Scheduler
from isoflop.measure.launch.worker import run_request

needs_jax = pytest.mark.skipif(find_spec("jax") is None, reason="the train extra is not installed")
DOCUMENT = 60  # tokens, the end included
TRAIN = """
[train]
data = "tokens"
seq_len = 32
batch = 2
lr = 3e-3
log_every = 4
eval_tokens = 256
{train}
[design]
{design}
[launch]
{launch}
"""


def token_folder(path, domains=("a", "b")):
    """Documents of a few letters, as ``isoflop corpus tokens`` writes them."""
    rng = np.random.default_rng(0)
    path.mkdir()
    meta = {"format": 1, "tokenizer": "bytes", "vocab": 257, "dtype": "uint16", "source": []}
    meta |= {"end_of_document": 256, "digest": "0" * 64, "domains": {}}
    for domain in domains:
        meta["domains"][domain] = {}
        for split, count in (("train", 200), ("heldout", 20)):
            tokens = rng.integers(97, 103, size=(count, DOCUMENT), dtype=np.uint16)
            tokens[:, -1] = 256
            tokens.astype("<u2").tofile(path / f"{domain}.{split}.bin")
            starts = np.arange(count + 1, dtype="<u8") * DOCUMENT
            starts.tofile(path / f"{domain}.{split}.docs")
            known = {"tokens": tokens.size, "documents": count, "bytes": tokens.size - count}
            meta["domains"][domain][split] = known
    (path / "meta.json").write_text(json.dumps(meta))


@pytest.fixture
def train_file(tmp_path):
    token_folder(tmp_path / "tokens")

    def write(design, *, train="", launch="workers = 1"):
        path = tmp_path / "train.toml"
        path.write_text(TRAIN.format(design=design, train=train, launch=launch))
        return path

    return write


WRONG = {
    "learning_rate = 0.1": "E431",
    'optimizer = "adamm"': "E101",
    "beta2 = 2.0": "E411",
    "heads = 3": "E432",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_setting_is_refused_before_any_run(train_file, line):
    with pytest.raises(UsageError) as caught:
        plan_of(train_file('kind = "grid"\nsizes = [[16, 1]]\nratios = [1]', train=line))
    assert caught.value.code == WRONG[line]
    assert "train.toml" in caught.value.where


def test_other_data_are_other_runs_and_a_moved_folder_is_not(train_file, tmp_path):
    file = train_file('kind = "grid"\nsizes = [[16, 1]]\nratios = [1]')
    (before,) = plan_of(file).jobs
    (tmp_path / "tokens").rename(tmp_path / "moved")
    file.write_text(file.read_text().replace('"tokens"', '"moved"'))
    assert plan_of(file).jobs[0].run_id == before.run_id
    meta = tmp_path / "moved" / "meta.json"
    meta.write_text(meta.read_text().replace("0" * 64, "1" * 64))
    assert plan_of(file).jobs[0].run_id != before.run_id


@needs_jax
@pytest.mark.slow
def test_branches_continue_their_trunk_and_equal_separate_runs(train_file, tmp_path, monkeypatch):
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path / "cache"))
    design = 'kind = "trunk"\nsizes = [[16, 1]]\ntokens = [1280, 2560]\ncooldown = 0.5'
    sweep, _ = start_sweep(train_file(design), None)
    assert sweep.run() is None
    table, notes = run_table(sweep)
    assert table.height == 2
    assert table["trajectory"].n_unique() == 1
    assert any("1 trunks" in note.text for note in notes)
    planned = {job.run_id: job.expected for job in sweep.plan.jobs}
    counts = ("params", "params_non_embedding", "tokens", "flops", "steps")
    for row in table.to_dicts():
        assert [row[name] for name in counts] == [planned[row["run_id"]][name] for name in counts]
    apart = (
        'kind = "points"\npoints = [{ width = 16, depth = 1, tokens = 1280 },'
        " { width = 16, depth = 1, tokens = 2560 }]"
    )
    file = train_file(apart, train='schedule = "wsd"\ndecay_fraction = 0.5')
    separate, _ = start_sweep(file, tmp_path / "separate")
    separate.run()
    other = run_table(separate)[0]
    assert table["steps"].to_list() == other["steps"].to_list()
    assert table["loss"].to_list() == pytest.approx(other["loss"].to_list(), rel=1e-6)


def test_runs_of_equal_shape_are_trained_together(train_file, monkeypatch):
    design = (
        'kind = "lr_batch"\nsizes = [[16, 1], [32, 1]]\nlr = [1e-3, 2e-3, 4e-3]\n'
        "batch = [2, 4]\ntokens = [1280]"
    )
    sweep, _ = start_sweep(train_file(design, launch="stack = 2"), None)
    sweep._write_jobs()
    made = []

    def train(settings, folders):
        made.append([(one["width"], one["batch"], one["lr"]) for one in settings])
        for folder in folders:
            RunFolder(folder).write_result({"loss": 1.0, "status": "done"})
            (folder / "steps.jsonl").write_text('{"step": 1, "loss": 1.5}\n')

    monkeypatch.setattr("isoflop.measure.launch.trainer.train", train)
    scheduler = Scheduler(
        sweep.plan.jobs, sweep.run_folder, sweep.plan.launch, lambda job, status, error: None
    )
    while jobs := scheduler.take(None):
        paths = [str(sweep.run_folder(job.run_id).path) for job in jobs]
        request = {"folders": paths, "stack": 2, "timeout": None, "retries": 0}
        scheduler.report(jobs, run_request(request))
    assert sorted(map(len, made)) == [1] * 4 + [2] * 4
    assert all(len({one[:2] for one in together}) == 1 for together in made)
    assert len({one for together in made for one in together}) == 12
    for table, _ in (run_table(sweep), curve_table(sweep)):
        assert set(table["params_convention"]) == {"total"}
        assert set(table["loss_convention"]) == {"nat/token"}
