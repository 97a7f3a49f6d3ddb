"""A sweep file becomes runs with an identity; what is wrong in it is said with its line."""

from __future__ import annotations

import pytest

from isoflop.core.errors import IsoflopError
from isoflop.measure.launch.command import filled
from isoflop.measure.launch.planning import plan_of, start_sweep
from isoflop.measure.launch.run_folder import RunFolder

GOOD = """[command]
argv = ["{python}", "train.py", "--lr", "{lr}"]
[design]
kind = "points"
vary = { lr = [0.1, 0.2] }
"""


@pytest.fixture
def plan(tmp_path):
    def read(text, name="s.toml"):
        (tmp_path / "train.py").write_text("")
        (tmp_path / name).write_text(text)
        return plan_of(tmp_path / name)

    return read


WRONG = {
    GOOD.replace("[design]", "[design"): ("E430", "line 3"),
    GOOD.replace("[design]", "[desing]"): ("E431", "design"),
    GOOD.replace("argv", "args"): ("E431", "line 2"),
    GOOD.replace("vary", "varry"): ("E431", "line 5"),
    GOOD.replace('"points"', '"point"'): ("E101", "point"),
    GOOD.replace("{lr}", "{rate}"): ("E440", "line 2"),
    GOOD.replace("train.py", "trian.py"): ("E434", "line 2"),
    GOOD.replace("{python}", "no-such-program"): ("E434", "line 2"),
    GOOD.replace("[0.1, 0.2]", "[]"): ("E432", "line 5"),
    GOOD + "[launch]\nbackend = 'locale'\n": ("E101", "locale"),
    GOOD + "[launch]\nworkers = 0\n": ("E432", "line 7"),
    GOOD + "[launch]\nworkers = 1.5\n": ("E432", "line 7"),
    GOOD + "[launch]\norder = 'small'\n": ("E432", "line 7"),
    GOOD + "[launch]\npartition = 'x'\n": ("E431", "line 7"),
    GOOD + "[sweep]\nname = '../up'\n": ("E432", "line 7"),
    GOOD + "[train]\nlr = 0.1\n": ("E432", "s.toml"),
    "[design]\nkind = 'points'\n": ("E432", "s.toml"),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said_with_its_place(plan, text):
    code, place = WRONG[text]
    with pytest.raises(IsoflopError) as caught:
        plan(text)
    assert caught.value.code == code
    assert place in f"{caught.value.what} {caught.value.where} {caught.value.do}"
    assert caught.value.do


def test_equal_points_are_one_run(plan):
    repeated = GOOD.replace("vary", "points = [{ lr = 0.1 }, { lr = 0.2 }, { lr = 0.1 }] #")
    assert [job.run_id for job in plan(repeated).jobs] == [job.run_id for job in plan(GOOD).jobs]


def test_the_identity_follows_the_content_not_the_place(plan, tmp_path):
    ids = [job.run_id for job in plan(GOOD).jobs]
    assert ids == [job.run_id for job in plan("[sweep]\nname = 'other'\n" + GOOD, "o.toml").jobs]
    changed = [job.run_id for job in plan(GOOD.replace("--lr", "--rate")).jobs]
    assert not set(ids) & set(changed)
    assert all(len(run_id) == 16 and int(run_id, 16) >= 0 for run_id in ids)


def test_only_placeholders_are_filled_in(tmp_path):
    words = ("{lr}", "a{seed}b", '{"json": {lr}}', "{unknown}", "{0}", "{}", "{folder}")
    folder = RunFolder(tmp_path / "runs" / "abc")
    said = filled(words, {"lr": 0.1, "seed": 3}, folder)
    assert said == ["0.1", "a3b", '{"json": 0.1}', "{unknown}", "{0}", "{}", str(folder.path)]


def test_a_changed_script_is_told_and_old_runs_are_kept(sweep_file):
    sweep, _ = start_sweep(sweep_file((1.0, 2.0)), None)
    sweep.run()
    file = sweep_file((1.0, 5.0), script="raise SystemExit(1)")
    again, notes = start_sweep(file, None)
    assert {note.code for note in notes} == {"W430", "W433"}
    assert [row["status"] for row in again.refresh().rows()] == ["done", "left"]


def test_a_larger_plan_runs_only_what_is_new(sweep_file):
    sweep, _ = start_sweep(sweep_file((1.0, 2.0)), None)
    sweep.run()
    larger, _ = start_sweep(sweep_file((1.0, 2.0, 3.0)), None)
    ran = []
    larger.run(lambda job, status, error: ran.append((job.settings["value"], status)))
    assert ran == [(3.0, "running"), (3.0, "done")]
