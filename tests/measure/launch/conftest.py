"""Small sweeps of a script, for the launch tests."""

from __future__ import annotations

import pytest

from isoflop.measure.launch.planning import start_sweep

SCRIPT = """
import json, os, sys, time
folder, value, steps = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
with open(folder + "/steps.jsonl", "w") as out:
    for step in range(1, steps + 1):
        out.write(json.dumps({"step": step, "tokens": 10 * step, "loss": 1 + value / step}) + "\\n")
        out.flush()
        time.sleep(float(sys.argv[4]))
"""
SWEEP = """
[sweep]
name = "small"
[command]
argv = ["{{python}}", "script.py", "{{folder}}", "{{value}}", "{{steps}}", "{{pause}}"]
[command.settings]
steps = 4
pause = {pause}
params = 1000
[design]
kind = "points"
vary = {{ value = {values} }}
[launch]
workers = {workers}
{launch}
"""


@pytest.fixture
def sweep_file(tmp_path):
    """Writes a sweep of a small script, and returns the file."""

    def write(
        values=(1.0, 2.0, 3.0), *, pause=0.0, workers=1, launch="", script=SCRIPT, name="small"
    ):
        (tmp_path / "script.py").write_text(script)
        path = tmp_path / f"{name}.toml"
        text = SWEEP.format(values=list(values), pause=pause, workers=workers, launch=launch)
        path.write_text(text)
        return path

    return write


@pytest.fixture
def small_sweep(sweep_file):
    """A sweep of three runs, planned and not yet run."""

    def start(*arguments, folder=None, **options):
        return start_sweep(sweep_file(*arguments, **options), folder)[0]

    return start
