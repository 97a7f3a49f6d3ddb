"""A pool of worker processes on this machine, one a slot, each running many jobs in turn."""

from __future__ import annotations

import os
from pathlib import Path

from isoflop.measure.launch.launcher import Launcher, LaunchOptions
from isoflop.measure.launch.process_slot import ProcessSlot
from isoflop.measure.launch.worker import environment


def _open(options: LaunchOptions, sweep: Path, number: int) -> ProcessSlot:
    environ = environment(os.environ, threads=options.threads, cache=sweep / "cache")
    return ProcessSlot(environ, sweep)


LAUNCHER = Launcher(
    name="local",
    about="A pool of processes on this machine; each imports once and reuses compiled programs.",
    extra_keys={},
    open_slot=_open,
)
