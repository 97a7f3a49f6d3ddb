"""A slot that is one worker process on this machine, which runs many jobs in turn."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from isoflop.measure.launch.worker import Outcome, Request

WORKER = "isoflop.measure.launch.worker"
_GRACE = 5.0  # seconds a worker has to end; assumption


class ProcessSlot:
    """A worker process, started when first needed and again after it died.

    Parameters
    ----------
    environ : variables it starts with.
    sweep : folder of the sweep; what the worker itself says goes to its ``worker.log``.
    """

    def __init__(self, environ: dict[str, str], sweep: Path) -> None:
        self._environ = environ
        self._sweep = sweep
        self._process: subprocess.Popen[str] | None = None
        self._state = threading.Lock()
        self._is_asked = False
        self._is_stopped = False

    def run(self, request: Request) -> list[Outcome] | str:
        """Ask the worker, and wait for its answer."""
        with self._state:
            if self._is_stopped:
                return "the sweep was stopped"
            process = self._process = self._process or self._start()
            self._is_asked = True
        answer = _asked(process, json.dumps(request))
        died = None if answer.endswith("\n") else _how(process.wait())
        with self._state:
            self._is_asked = False
            if died is not None or self._is_stopped:
                self._process = None
                _close(process)
        if died is not None:
            return died
        outcomes: list[Outcome] = json.loads(answer)
        return outcomes

    def stop(self) -> None:
        """End the worker and what it started."""
        with self._state:
            self._is_stopped = True
            process, is_asked = self._process, self._is_asked
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if not is_asked:  # else the thread that asked closes it
            _close(process)

    def _start(self) -> subprocess.Popen[str]:
        with (self._sweep / "worker.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", WORKER, "--serve", str(self._sweep)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=self._environ,
                start_new_session=True,
            )


def _asked(process: subprocess.Popen[str], request: str) -> str:
    """The worker's line, cut off or empty if it died."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(request + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        return ""
    return process.stdout.readline()


def _how(code: int) -> str:
    words = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    return f"the worker process ended with {words}"


def _close(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        with suppress(BrokenPipeError):
            assert pipe is not None
            pipe.close()
