"""A sweep killed at any instant loses nothing and makes nothing twice."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from isoflop.measure.launch.run_table import run_table
from isoflop.measure.launch.worker import run_request
from isoflop.testing.kills import kill_sweep

EVENTS = ("open", "os.", "shutil.", "fcntl.", "subprocess.", "sqlite3.", "tempfile.")

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/cmdline").exists(), reason="processes are not files here"
)


def killed_at(count: int, work) -> bool:
    """Do work in a child that kills itself at its n-th call into the system; True if it came to."""
    child = os.fork()
    if child == 0:
        left = count

        def hook(event: str, _: object) -> None:
            nonlocal left
            if event.startswith(EVENTS):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def request(folder, **changes):
    paths = {"folders": [str(folder.path)], "stack": 1, "timeout": None, "retries": 0}
    return paths | changes


def test_a_worker_killed_at_each_of_its_calls_leaves_a_run_that_can_be_finished(small_sweep):
    sweep = small_sweep((3.0,))
    sweep._write_jobs()
    folder = sweep.run_folder(sweep.plan.jobs[0].run_id)
    count = 1
    while killed_at(count, lambda: run_request(request(folder))):
        result = folder.result()  # whole or not there
        assert result is None or result["loss"] == 1.75
        if result is not None:
            (folder.path / "result.json").unlink()  # so that the next child has all to do
        assert folder.holder() is None
        count += 1
    assert count > 15
    assert folder.result()["loss"] == 1.75
    assert not list(folder.path.glob(".*.json.*")), "half written files are left"
    assert folder.attempts()[-1]["ended"] == "done"


def test_a_sweep_killed_while_it_is_prepared_can_be_resumed(sweep_file, tmp_path):
    from isoflop.measure.launch.planning import start_sweep

    def prepare():
        sweep, _ = start_sweep(file, None)
        sweep._write_jobs()
        sweep.refresh()

    file = sweep_file()
    count = 1
    while killed_at(count, prepare):
        sweep, _ = start_sweep(file, None)
        sweep._write_jobs()
        assert [row["status"] for row in sweep.refresh().rows()] == ["left"] * 3
        for path in [*(tmp_path / "small").glob("runs/*/job.json"), *tmp_path.glob("small/*.json")]:
            path.unlink()
        count += 3  # every third call: the same files again and again
    assert count > 15


@needs_proc
def test_random_kills_of_any_process_change_nothing(sweep_file, tmp_path, small_sweep):
    values = [float(i) for i in range(30)]
    file = sweep_file(values, pause=0.05, workers=2, launch="deaths = 100\nretries = 100")
    sweep, evidence = kill_sweep(file, tmp_path / "killed", kills=15, seed=0, longest=0.5)
    assert evidence.is_clean, evidence
    assert sum(evidence.kills.values()) == 15, evidence
    quiet = small_sweep(values, workers=2, folder=tmp_path / "quiet")
    quiet.run()
    changing = ("wall_seconds", "pause", "run_id", "trajectory")  # the quiet one does not pause
    tables = [run_table(one)[0].drop(changing) for one in (sweep, quiet)]
    assert tables[0].equals(tables[1])
