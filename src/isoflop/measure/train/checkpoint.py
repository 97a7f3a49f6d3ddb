"""Checkpoints: weights, optimiser state and place in the run as one safetensors file."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isoflop.core.errors import DataError, UsageError
from isoflop.core.files import write_atomic
from isoflop.measure.train.step_log import cannot_write

if TYPE_CHECKING:
    import numpy as np

    from isoflop.measure.train.program import State

_FILE = re.compile(r"checkpoint-(\d+)\.safetensors")


@dataclass(frozen=True)
class Place:
    """Where a run stands.

    Parameters
    ----------
    config : settings of the run, ``TrainConfig.to_dict``.
    digest : of its token folder.
    step, rows : steps done and rows read, those of a trunk included.
    start_step, start_rows : where this run began: 0, or the place of the trunk's checkpoint.
    seconds : trained by this run so far.
    lowest, above : of the watch for divergence, see ``Watch``.
    window : losses and gradient norms since the last logged step.
    """

    config: dict[str, Any]  # Any: JSON values
    digest: str
    step: int
    rows: int
    start_step: int
    start_rows: int
    seconds: float
    lowest: float | None
    above: int
    window: list[tuple[float, float]]


def save_checkpoint(folder: Path, state: State, place: Place) -> Path:
    """Write ``checkpoint-<step>.safetensors``, whole or not at all.

    Raises
    ------
    DataError
        E417 if the disk does not take it.
    """
    from safetensors.numpy import save

    path = folder / f"checkpoint-{place.step}.safetensors"
    try:
        write_atomic(path, save(_named(state), {"place": json.dumps(asdict(place))}))
    except OSError as error:
        raise cannot_write(path, error) from error
    return path


def checkpoints(folder: Path) -> dict[int, Path]:
    """Checkpoints of a folder by their step."""
    found = [(_FILE.fullmatch(path.name), path) for path in folder.iterdir()]
    return {int(match[1]): path for match, path in found if match}


def read_place(path: Path) -> Place:
    """What a checkpoint says about its run.

    Raises
    ------
    DataError
        E414 if it cannot be read.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as opened:
            fields = json.loads((opened.metadata() or {})["place"])
        return Place(**{**fields, "window": [tuple(pair) for pair in fields["window"]]})
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise _unreadable(path, str(error)) from error


def load_state(path: Path, like: State) -> State:
    """The state in a checkpoint, in the structure, shapes and types of another.

    Raises
    ------
    UsageError
        E415 if it belongs to another model or optimiser.
    """
    import jax
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        found = load_file(path)
    except (OSError, SafetensorError) as error:
        raise _unreadable(path, str(error)) from error
    wanted = _paths(like)
    for name, leaf in wanted.items():
        if name not in found or found[name].shape != leaf.shape or found[name].dtype != leaf.dtype:
            raise _mismatch(path, name, leaf, found)
    if spare := sorted(set(found) - set(wanted)):
        raise _mismatch(path, spare[0], None, found)
    leaves = [jax.device_put(found[name]) for name in wanted]
    state: State = jax.tree.unflatten(jax.tree.structure(like), leaves)
    return state


def _paths(state: State) -> dict[str, Any]:  # Any: arrays or their shapes
    import jax

    leaves, _ = jax.tree_util.tree_flatten_with_path(state)
    return {jax.tree_util.keystr(path, simple=True, separator="/"): leaf for path, leaf in leaves}


def _named(state: State) -> dict[str, np.ndarray]:
    import numpy as np

    return {name: np.asarray(leaf, order="C") for name, leaf in _paths(state).items()}


def _unreadable(path: Path, problem: str) -> DataError:
    return DataError(
        f"{path} is not a checkpoint of isoflop: {problem}.",
        where=str(path),
        matters="nothing can be continued from it.",
        do="name a checkpoint-<step>.safetensors file, or delete it to start the run afresh.",
        code="E414",
    )


def _mismatch(path: Path, name: str, leaf: Any, found: dict[str, Any]) -> UsageError:
    there = f"{found[name].dtype} {found[name].shape}" if name in found else "not there"
    wanted = "nothing" if leaf is None else f"{leaf.dtype} {leaf.shape}"
    return UsageError(
        f"{path} belongs to another model or optimiser: {name} is {there}, "
        f"the configuration has {wanted}.",
        where=f"{path}, {name}",
        matters="weights and optimiser state cannot be carried over.",
        do="keep the shape, the optimiser and the vocabulary of the run that wrote it.",
        code="E415",
    )
