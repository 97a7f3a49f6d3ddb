"""What goes wrong is said, recorded, and costs nothing that was finished."""

from __future__ import annotations

import errno
import json
import os

import pytest

from isoflop.core.errors import DataError, MissingExtra, UsageError
from isoflop.measure.launch import worker
from isoflop.measure.launch.planning import start_sweep
from isoflop.measure.launch.run_table import curve_table, run_table
from isoflop.measure.launch.state import state_of
from isoflop.measure.launch.worker import run_request

LINES = """
import json, sys
with open(sys.argv[1] + "/steps.jsonl", "w") as out:
    out.write({lines!r})
"""
FULL = """
import os, sys
value = float(sys.argv[2])
if value == 2.0 and os.path.exists("full"):
    open("/dev/full", "w").write("x" * 100000)
with open(sys.argv[1] + "/steps.jsonl", "w") as out:
    out.write('{"step": 1, "loss": 2.5}')
"""


def folders(sweep):
    return [sweep.run_folder(job.run_id) for job in sweep.plan.jobs]


def ask(folder, **changes):
    request = {"folders": [str(folder.path)], "stack": 1, "timeout": None, "retries": 0}
    return run_request(request | changes)[0]


def test_malformed_lines_are_named_and_the_others_count(small_sweep):
    lines = '{"step": 1, "loss": 3.0}\nnot json\n{"step": 2, "loss": 2.5}\n[1]\n{"step": 3, "lo'
    sweep = small_sweep((1.0,), script=LINES.format(lines=lines))
    sweep.run()
    table, notes = run_table(sweep)
    assert table["loss"].to_list() == [2.5]
    assert "line 2, 4, 5" in next(note.text for note in notes if note.code == "W431")
    curves, notes = curve_table(sweep)
    assert curves["loss"].to_list() == [3.0, 2.5]
    assert any(note.code == "W431" for note in notes)


@pytest.mark.parametrize("last", ["NaN", "Infinity", "-Infinity"])
def test_a_loss_that_is_no_number_is_a_diverged_run(small_sweep, last):
    lines = f'{{"step": 1, "loss": 3.0}}\n{{"step": 2, "loss": {last}}}\n'
    sweep = small_sweep((1.0,), script=LINES.format(lines=lines))
    assert sweep.run() is None
    assert run_table(sweep)[0].select("status", "loss").rows() == [("diverged", None)]
    assert state_of(sweep).diverged == 1


def test_a_script_without_a_loss_fails_with_its_code(small_sweep):
    sweep = small_sweep((1.0,), script=LINES.format(lines='{"step": 1}\n'))
    sweep.run()
    (folder,) = folders(sweep)
    assert "[E439]" in folder.failure()["error"]
    with pytest.raises(DataError) as caught:
        run_table(sweep)
    assert caught.value.code == "E438"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_full_disk_stops_the_sweep_and_a_resume_finishes_it(small_sweep, tmp_path):
    sweep = small_sweep((1.0, 2.0, 3.0), script=FULL)
    (tmp_path / "full").touch()
    with pytest.raises(DataError) as caught:
        sweep.run()
    assert caught.value.code == "E435"
    assert state_of(sweep).failed == 0
    (tmp_path / "full").unlink()
    assert sweep.run() is None
    assert state_of(sweep).done == 3
    assert [folder.ended("done") for folder in folders(sweep)] == [1, 1, 1]


def test_a_worker_that_cannot_write_says_that_the_disk_is_full(small_sweep, monkeypatch):
    sweep = small_sweep((1.0,))
    sweep._write_jobs()
    (folder,) = folders(sweep)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("isoflop.measure.launch.run_folder.write_atomic", full)
    assert ask(folder)["status"] == "no_space"
    assert not folder.is_finished
    monkeypatch.undo()
    assert ask(folder)["status"] == "done"


def test_a_full_disk_while_planning_is_told(sweep_file, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("isoflop.measure.launch.sweep.write_atomic", full)
    with pytest.raises(DataError) as caught:
        start_sweep(sweep_file(), None)
    assert caught.value.code == "E435"


def test_a_run_that_takes_too_long_is_stopped_and_the_rest_goes_on(small_sweep):
    script = "import time, sys\nif sys.argv[2] == '1.0': time.sleep(60)\n" + LINES.format(
        lines='{"step": 1, "loss": 3.0}\n'
    )
    sweep = small_sweep((1.0, 2.0), script=script, launch="timeout = 1\nretries = 0")
    assert sweep.run() is None
    slow, quick = folders(sweep)
    assert "[E442]" in slow.failure()["error"]
    assert quick.is_finished
    assert slow.holder() is None


def test_what_is_not_installed_stops_the_sweep_before_every_run_fails(small_sweep, monkeypatch):
    sweep = small_sweep((1.0,))
    sweep._write_jobs()
    (folder,) = folders(sweep)

    def absent(*_):
        raise MissingExtra("no jax", code="E418")

    monkeypatch.setattr(worker, "_work", absent)
    assert ask(folder)["status"] == "unable"
    assert folder.failure() is None


def test_workers_that_cannot_start_stop_the_sweep(small_sweep, monkeypatch, tmp_path):
    broken = tmp_path / "sitecustomize"
    broken.mkdir()
    monkeypatch.setattr("isoflop.measure.launch.process_slot.WORKER", "isoflop.no_such_module")
    sweep = small_sweep()
    with pytest.raises(UsageError) as caught:
        sweep.run()
    assert caught.value.code == "E441"
    assert "no_such_module" in (sweep.folder / "worker.log").read_text()
    assert state_of(sweep).failed == 0


def test_failed_runs_get_another_chance_only_when_asked(small_sweep, tmp_path):
    script = "import os, sys\nif os.path.exists('broken'): sys.exit('broken')\n" + LINES.format(
        lines='{"step": 1, "loss": 3.0}\n'
    )
    sweep = small_sweep((1.0, 2.0), script=script, launch="retries = 2")
    (tmp_path / "broken").touch()
    sweep.run()
    assert [folder.ended("failed") for folder in folders(sweep)] == [3, 3]
    (tmp_path / "broken").unlink()
    sweep.run()
    assert state_of(sweep).failed == 2
    assert sweep.retry_failed() == 2
    sweep.run()
    assert state_of(sweep).done == 2


def test_a_run_another_process_holds_is_waited_for_and_its_result_taken(small_sweep):
    sweep = small_sweep((1.0,))
    sweep._write_jobs()
    (folder,) = folders(sweep)
    with folder.locked() as mine:
        assert mine is not None
        assert ask(folder)["status"] == "busy"
        said = []

        def finish(job, status, error):
            said.append(status)
            if status == "busy":
                folder.write_result({"loss": 9.0, "status": "done"})

        assert sweep.run(finish) is None
    assert said == ["running", "busy", "done"]
    assert folder.result()["loss"] == 9.0
    assert folder.attempts() == []


def test_two_processes_do_not_run_one_sweep(small_sweep):
    sweep = small_sweep((1.0,))

    def second(job, status, error):
        if status == "running":
            with pytest.raises(UsageError) as caught:
                type(sweep).open(sweep.folder).run()
            assert caught.value.code == "E436"

    sweep.run(second)
    assert state_of(sweep).done == 1


def test_the_index_is_rebuilt_from_the_folders(small_sweep):
    sweep = small_sweep()
    sweep.run()
    rows = sweep.refresh().rows()
    sweep.index.path.write_bytes(b"this is no database, but long enough to look at" * 100)
    assert sweep.refresh().rows() == rows
    sweep.index.path.unlink()
    assert sweep.refresh().rows() == rows


def test_an_attempt_cut_off_while_it_was_noted_is_left_out(small_sweep):
    sweep = small_sweep((1.0,))
    sweep._write_jobs()
    (folder,) = folders(sweep)
    (folder.path / "attempts.jsonl").write_text('{"began": "x"}\n{"ended": "fai')
    assert ask(folder)["status"] == "done"
    lines = (folder.path / "attempts.jsonl").read_text().splitlines()
    assert [json.loads(line).get("ended") for line in lines[2:]] == [None, "done"]
    assert folder.ended("failed") == 0


@pytest.mark.parametrize(("resumes", "steps"), [("true", [1, 2, 3]), ("false", [2, 3])])
def test_a_script_that_resumes_keeps_its_lines(tmp_path, resumes, steps):
    script = """
import json, os, sys
begin = 1 if not os.path.exists(sys.argv[1] + "/mine") else 2
open(sys.argv[1] + "/mine", "w").close()
with open(sys.argv[1] + "/steps.jsonl", "a") as out:
    for step in range(begin, 4):
        out.write(json.dumps({"step": step, "loss": 1.0 + step}) + "\\n")
        if begin == 1:
            out.write('{"step": 2, "lo')
            out.close()
            sys.exit("stopped in the middle of a line")
"""
    (tmp_path / "script.py").write_text(script)
    (tmp_path / "s.toml").write_text(
        f'[command]\nargv = ["{{python}}", "script.py", "{{folder}}"]\nresumes = {resumes}\n'
        '[design]\nkind = "points"\n'
    )
    sweep, _ = start_sweep(tmp_path / "s.toml", None)
    sweep.run()
    assert curve_table(sweep)[0]["step"].to_list() == steps
