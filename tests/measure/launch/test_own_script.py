"""The PyTorch script of examples/own_script joins a sweep, and continues after a kill."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from isoflop.measure.launch.planning import plan_of, start_sweep
from isoflop.measure.launch.run_table import curve_table, run_table

EXAMPLE = Path(__file__).parents[3] / "examples" / "own_script"
ABSENT = [name for name in ("torch", "safetensors") if find_spec(name) is None]
ONCE = """
import os, signal, sys

dies = sys.argv.pop(1) == "1"
import train

options, save, saved = train.read_options(), train.save, []

def die_at_the_second(*arguments):
    saved.append(1)
    if len(saved) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    save(*arguments)

if dies and not (options.folder / "checkpoint.safetensors").exists():
    train.save = die_at_the_second
train.train(options)
"""


@pytest.fixture
def file(tmp_path):
    """The sweep of the example with one short run, made undisturbed and with one kill."""
    text = (EXAMPLE / "sweep.toml").read_text()
    for old, new in (
        ("width = [8, 32, 128], steps = [500, 2000]", "width = [8], steps = [60], dies = [0, 1]"),
        ('"train.py",', '"once.py", "{dies}", "--every", "20",'),
    ):
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "train.py").write_bytes((EXAMPLE / "train.py").read_bytes())
    (tmp_path / "once.py").write_text(ONCE)
    (tmp_path / "sweep.toml").write_text(text)
    return tmp_path / "sweep.toml"


def test_both_files_of_the_example_make_the_same_six_runs():
    local, ray = (plan_of(EXAMPLE / name) for name in ("sweep.toml", "sweep-ray.toml"))
    assert [job.run_id for job in local.jobs] == [job.run_id for job in ray.jobs]
    assert len(local.jobs) == 6
    assert all(job.resumes for job in local.jobs)
    assert (local.launch.backend, ray.launch.backend) == ("local", "ray")
    assert local.launch.workers == ray.launch.workers == 2


@pytest.mark.slow
@pytest.mark.skipif(bool(ABSENT), reason=f"not installed: {', '.join(ABSENT)}")
def test_a_script_killed_before_its_checkpoint_continues_and_changes_no_number(file):
    sweep, _ = start_sweep(file, None)
    assert sweep.run() is None
    quiet, killed = (sweep.run_folder(job.run_id) for job in sweep.plan.jobs)
    assert [(one.ended("failed"), one.ended("done")) for one in (quiet, killed)] == [(0, 1), (1, 1)]
    # The line of step 40 was written, its checkpoint was not: it is there twice, and counts once.
    assert [len(one.steps.read_text().splitlines()) for one in (quiet, killed)] == [3, 4]
    changing = ("dies", "wall_seconds", "run_id", "trajectory")
    table = run_table(sweep)[0]
    assert table["dies"].to_list() == [0, 1]
    assert table[:1].drop(changing).equals(table[1:].drop(changing))
    assert table["tokens"].to_list() == [60 * 256] * 2
    assert table["loss"].is_between(2.0, 3.3).all(), "27 letters at random have ln 27 = 3.3"
    curves = curve_table(sweep)[0]
    assert curves["step"].to_list() == [20, 40, 60] * 2
    assert curves[:3].drop(changing).equals(curves[3:].drop(changing))
