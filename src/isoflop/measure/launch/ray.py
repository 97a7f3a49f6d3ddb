"""Ray: a slot is one actor somewhere in a Ray cluster, which keeps a worker process of its own.

The sweep folder must lie on a file system that all nodes share, with locks that reach across them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from isoflop.core.errors import MissingExtra, UsageError
from isoflop.measure.launch.launcher import Launcher, LaunchOptions
from isoflop.measure.launch.process_slot import ProcessSlot
from isoflop.measure.launch.worker import Outcome, Request, environment

_PATIENCE = 15.0  # seconds for an actor to end its worker; assumption


class RaySlot:
    """An actor, made when first needed and again after it died."""

    def __init__(self, ray: Any, options: LaunchOptions, sweep: Path) -> None:
        self._ray = ray  # Any: Ray is optional
        self._options = options
        self._sweep = sweep
        self._actor: Any = None
        self._stopped = False

    def run(self, request: Request) -> list[Outcome] | str:
        """Ask the actor, and wait for its answer."""
        if self._stopped:
            return "the sweep was stopped"
        if self._actor is None:
            self._actor = self._start()
        try:
            answer: list[Outcome] | str = self._ray.get(self._actor.run.remote(dict(request)))
        except self._ray.exceptions.RayError as error:
            self._actor = None
            return f"the Ray actor ended: {str(error).strip().splitlines()[0]}"
        return answer

    def stop(self) -> None:
        """End the actor and its worker."""
        self._stopped = True
        if self._actor is None:
            return
        try:
            self._ray.get(self._actor.stop.remote(), timeout=_PATIENCE)
        except self._ray.exceptions.RayError:
            self._ray.kill(self._actor)

    def _start(self) -> Any:
        threads = self._options.threads
        given = self._options.extra
        remote = self._ray.remote(
            num_cpus=given.get("cpus", threads), num_gpus=given.get("gpus", 0), max_concurrency=2
        )
        path = environment(os.environ, threads=threads, cache=None)["PYTHONPATH"]
        actor = remote(Worker).options(runtime_env={"env_vars": {"PYTHONPATH": path}})
        return actor.remote(str(self._sweep), threads)


class Worker:
    """What an actor is: a worker process on its node."""

    def __init__(self, sweep: str, threads: int) -> None:
        home = Path(sweep)
        environ = environment(os.environ, threads=threads, cache=home / "cache")
        self._slot = ProcessSlot(environ, home)

    def run(self, request: Request) -> list[Outcome] | str:
        """Pass the request on."""
        return self._slot.run(request)

    def stop(self) -> None:
        """End the worker process."""
        self._slot.stop()


def _open(options: LaunchOptions, sweep: Path, number: int) -> RaySlot:
    try:
        import ray
    except ImportError as error:
        raise MissingExtra(
            "The Ray back end needs ray.",
            where='[launch] backend = "ray"',
            matters="actors of a Ray cluster do the work.",
            do="pip install 'isoflop[ray]'",
        ) from error
    if not ray.is_initialized():
        _connect(ray, options)
    return RaySlot(ray, options, sweep.resolve())


def _connect(ray: Any, options: LaunchOptions) -> None:
    """To the cluster at an address, or to one started here for this sweep."""
    address = options.extra.get("address")
    own = {} if address else {"num_cpus": options.workers * options.threads}
    try:
        ray.init(address=address, log_to_driver=False, include_dashboard=False, **own)
    except (ConnectionError, ValueError) as error:
        raise UsageError(
            f"There is no Ray cluster at {address}: {error}.",
            where="[launch] address",
            matters="no actor can be started.",
            do="correct the address, or leave it out to start Ray on this machine.",
            code="E441",
        ) from error


LAUNCHER = Launcher(
    name="ray",
    about="Actors of a Ray cluster, or of one started here; each keeps a worker process.",
    extra_keys={
        "address": "of a running cluster; without, one is started on this machine",
        "cpus": "processors of an actor",
        "gpus": "accelerators of an actor",
    },
    open_slot=_open,
)
