"""Every back end keeps the contract: the local pool here, Slurm through submitit's own stand-in."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from isoflop.core.errors import UsageError
from isoflop.measure.launch.launcher import LaunchOptions, get_launcher, launchers
from isoflop.testing.launcher_contract import CHECKS, Trial

# submitit waits long for the answer of a job that was killed
MARKS = {"dead_workers_are_replaced": pytest.mark.slow}
IN_RAY = """
import sys
from pathlib import Path
from isoflop.testing.launcher_contract import CHECKS, Trial
for name, check in CHECKS.items():
    home = Path(sys.argv[1]) / name
    home.mkdir()
    check(Trial('backend = "ray"', home))
    print("kept", name, flush=True)
"""


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_local_pool_keeps_the_contract(check: Callable[[Trial], None], tmp_path: Path) -> None:
    check(Trial('backend = "local"', tmp_path))


@pytest.mark.skipif(find_spec("submitit") is None, reason="the slurm extra is not installed")
@pytest.mark.parametrize(
    "check",
    [pytest.param(check, id=name, marks=MARKS.get(name, ())) for name, check in CHECKS.items()],
)
def test_slurm_keeps_the_contract(check: Callable[[Trial], None], tmp_path: Path) -> None:
    check(Trial('backend = "slurm"\ncluster = "local"\nlook = 0.1', tmp_path))


@pytest.mark.slow
@pytest.mark.skipif(find_spec("ray") is None, reason="the ray extra is not installed")
def test_ray_keeps_the_contract(tmp_path: Path) -> None:
    # in a process of its own: Ray warns, starts servers, and stays until the process ends
    done = subprocess.run(
        [sys.executable, "-c", IN_RAY, str(tmp_path)], capture_output=True, text=True, check=False
    )
    kept = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("kept")]
    assert kept == list(CHECKS), done.stderr[-2000:]


@pytest.mark.parametrize("name", launchers())
def test_back_end_is_found_by_its_file(name: str) -> None:
    module = importlib.import_module(f"isoflop.measure.launch.{name}")
    assert launchers()[name] is module.LAUNCHER


@pytest.mark.skipif(find_spec("submitit") is None, reason="the slurm extra is not installed")
def test_slurm_without_a_cluster_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError) as caught:
        get_launcher("slurm").open_slot(LaunchOptions("slurm"), tmp_path, 0)
    assert caught.value.code == "E441"
