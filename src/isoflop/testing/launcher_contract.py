"""What every launch back end keeps: runs finish once, whatever fails or dies. For anyone's.

Each check takes a ``Trial`` and raises AssertionError with a sentence; ``CHECKS`` holds them::

    @pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
    def test_my_launcher(check, tmp_path):
        check(Trial('backend = "mine"', tmp_path))
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from isoflop.measure.launch.planning import start_sweep
from isoflop.measure.launch.run_folder import RunFolder
from isoflop.measure.launch.sweep import Sweep

_SCRIPT = """
import json, os, signal, sys, time
folder, mode, value = sys.argv[1], sys.argv[2], float(sys.argv[3])
print("mode", mode)
if mode == "kill_worker" and not os.path.exists(folder + "/killed"):
    open(folder + "/killed", "w").close()
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)
if mode == "fail":
    sys.exit("this run fails")
if mode == "sleep":
    open(folder + "/asleep", "w").close()
    time.sleep(60)
with open(folder + "/steps.jsonl", "w") as out:
    for step in (1, 2):
        out.write(json.dumps({"step": step, "tokens": 10 * step, "loss": value / step}) + "\\n")
"""
_SWEEP = """
[sweep]
name = "trial"
[command]
argv = ["{{python}}", "script.py", "{{folder}}", "{{mode}}", "{{value}}"]
[design]
kind = "points"
vary = {{ mode = {modes}, value = [2.0, 3.0] }}
[launch]
workers = 2
retries = 1
{launch}
"""
_PATIENCE = 60.0  # seconds


@dataclass(frozen=True)
class Trial:
    """A back end on trial: keys of its [launch] table, and an empty folder to work in."""

    launch: str
    home: Path

    def sweep(self, *modes: str) -> Sweep:
        """A sweep of two runs for every mode of the script."""
        (self.home / "script.py").write_text(_SCRIPT)
        file = self.home / "trial.toml"
        file.write_text(_SWEEP.format(modes=list(modes), launch=self.launch))
        return start_sweep(file, None)[0]


def check_runs_finish_once(trial: Trial) -> None:
    """Every run has the result of its own script; a second start runs nothing."""
    sweep = trial.sweep("plain")
    assert sweep.run() is None, "the sweep stopped early."
    losses = sorted(_result(folder)["loss"] for folder in _folders(sweep))
    assert losses == [1.0, 1.5], f"the results are {losses}."
    sweep.run()
    attempts = [folder.attempts() for folder in _folders(sweep)]
    assert all(len(one) == 2 for one in attempts), f"a finished run was run again: {attempts}."


def check_failing_runs_are_given_up(trial: Trial) -> None:
    """A failing run is tried as often as allowed, recorded with its log, and stops nothing."""
    sweep = trial.sweep("plain", "fail")
    assert sweep.run() is None, "a failing run stopped the sweep."
    for folder in _folders(sweep):
        failure = folder.failure()
        if folder.job()["settings"]["mode"] == "plain":
            assert folder.is_finished, "a good run was not finished."
        else:
            assert failure is not None, "a failing run left no record."
            assert "this run fails" in failure["log"][-1], f"the log is {failure['log']}."
            assert folder.ended("failed") == 2, f"attempts: {folder.attempts()}."


def check_dead_workers_are_replaced(trial: Trial) -> None:
    """A run whose worker is killed is made again, by another worker."""
    sweep = trial.sweep("kill_worker")
    assert sweep.run() is None, "a dead worker stopped the sweep."
    for folder in _folders(sweep):
        assert folder.is_finished, f"not finished: {folder.attempts()}, {folder.failure()}."
        assert folder.ended("done") == 1, f"attempts: {folder.attempts()}."


def check_cancel_ends_the_work(trial: Trial) -> None:
    """On request the sweep stops at once, lets go of its runs, and can go on later."""
    sweep = trial.sweep("sleep")
    answers: list[str | None] = []
    thread = threading.Thread(target=lambda: answers.append(sweep.run()))
    thread.start()
    _wait_for(lambda: any((folder.path / "asleep").exists() for folder in _folders(sweep)))
    sweep.cancel_file.touch()
    thread.join(_PATIENCE)
    assert answers == ["cancelled"], f"the sweep answered {answers}."
    _wait_for(lambda: all(folder.holder() is None for folder in _folders(sweep)))
    assert not any(folder.failure() for folder in _folders(sweep)), (
        "a stopped run counts as failed."
    )


def _folders(sweep: Sweep) -> list[RunFolder]:
    return [sweep.run_folder(job.run_id) for job in sweep.plan.jobs]


def _result(folder: RunFolder) -> dict[str, float]:
    result = folder.result()
    assert result is not None, f"{folder.run_id} has no result: {folder.tail()}"
    return result


def _wait_for(fact: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not fact():
        assert time.monotonic() < deadline, "it never happened."
        time.sleep(0.05)


CHECKS: dict[str, Callable[[Trial], None]] = {
    name.removeprefix("check_"): check
    for name, check in list(globals().items())
    if name.startswith("check_")
}
