"""200 random SIGKILLs over a sweep: every run finishes once, table as if nothing had happened.

A sweep of a small NumPy script, or with ``--tokens FOLDER`` of the built-in trainer; the sweep
process, workers, scripts, or all at once are killed, whatever they are doing.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from isoflop.measure.launch.planning import start_sweep
from isoflop.measure.launch.run_table import run_table
from isoflop.testing.kills import kill_sweep

SCRIPT = """
import fcntl, json, sys, time
from pathlib import Path
import numpy as np

folder, lr, seed, steps = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
alone = open(folder / "alone", "w")
try:
    fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    open(folder / "overlap", "w").close()
rng = np.random.default_rng(seed)
weight = rng.normal()
with open(folder / "steps.jsonl", "w") as out:
    for step in range(1, steps + 1):
        weight -= lr * (weight + 0.1 * rng.normal())
        record = {"step": step, "tokens": 64 * step, "loss": 1 + weight**2}
        out.write(json.dumps(record) + "\\n")
        out.flush()
        time.sleep(0.01)
"""
COMMAND = """
[sweep]
name = "killed"
[command]
argv = ["{{python}}", "{script}", "{{folder}}", "{{lr}}", "{{seed}}", "{{steps}}"]
[command.settings]
params = 1
[design]
kind = "points"
seeds = {seeds}
vary = {{ lr = [0.02, 0.05, 0.1, 0.2], steps = [5, 20, 40] }}
[launch]
workers = 2
deaths = 1000
retries = 1000
"""
TRAIN = """
[sweep]
name = "killed"
[train]
data = "{tokens}"
seq_len = 64
batch = 4
lr = 3e-3
checkpoint_every = 40
eval_tokens = 2048
[design]
kind = "grid"
sizes = [[16, 1], [32, 2]]
tokens = ["40K", "80K"]
seeds = {seeds}
[launch]
workers = 2
deaths = 1000
retries = 1000
"""
NOT_COMPARED = ("wall_seconds", "device")


def main() -> None:
    """Print what was killed, what was left, and whether the tables agree."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=15)
    parser.add_argument("--seed", type=int, default=0, help="of the kills")
    parser.add_argument("--longest", type=float, default=0.6, help="seconds between two kills")
    parser.add_argument("--tokens", type=Path, help="token folder: kill runs of the trainer")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        (home / "script.py").write_text(SCRIPT)
        pattern = COMMAND if arguments.tokens is None else TRAIN
        file = home / "killed.toml"
        tokens = arguments.tokens and arguments.tokens.resolve()
        seeds = list(range(arguments.seeds))
        file.write_text(pattern.format(script="script.py", tokens=tokens, seeds=seeds))
        begin = time.perf_counter()
        sweep, evidence = kill_sweep(
            file,
            home / "killed",
            kills=arguments.kills,
            seed=arguments.seed,
            longest=arguments.longest,
        )
        seconds = time.perf_counter() - begin
        overlaps = len(list((home / "killed").glob("runs/*/overlap")))
        print(f"{sum(evidence.kills.values())} SIGKILLs in {seconds:.0f} s: {evidence.kills}")
        print(f"{evidence.restarts} resumes, {evidence.attempts} attempts for {evidence.runs} runs")
        print(f"finished {evidence.finished}, results changed {evidence.results_changed}, ", end="")
        print(f"ended twice {evidence.ended_twice}, two at once on one run {overlaps}")
        begin = time.perf_counter()
        quiet, _ = start_sweep(file, home / "quiet")
        quiet.run()
        print(f"undisturbed: {time.perf_counter() - begin:.0f} s")
        tables = [run_table(one)[0].drop(NOT_COMPARED, strict=False) for one in (sweep, quiet)]
        same = tables[0].equals(tables[1])
        print(f"tables of {tables[0].height} rows identical: {same}")
        if not (evidence.is_clean and same and overlaps == 0):
            raise SystemExit("the sweep did not survive")


if __name__ == "__main__":
    main()
