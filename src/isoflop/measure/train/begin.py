"""Where a run begins: afresh, at its own last checkpoint, or at a checkpoint of a trunk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isoflop.core.errors import UsageError
from isoflop.core.files import canonical_json, write_atomic
from isoflop.measure.train.checkpoint import Place, checkpoints, load_state, read_place

if TYPE_CHECKING:
    from isoflop.measure.train.config import TrainConfig
    from isoflop.measure.train.program import State


def claim_folder(config: TrainConfig, folder: Path) -> None:
    """Make the folder this run's own.

    Raises
    ------
    UsageError
        E413 if it holds a run with other settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings, path = config.to_dict(), folder / "config.json"
    if not path.exists():
        write_atomic(path, canonical_json(settings))
        return
    held = json.loads(path.read_text(encoding="utf-8"))
    if _without_places(held) != _without_places(settings):
        raise _other_run(path, held, settings)


def _without_places(settings: dict[str, Any]) -> dict[str, Any]:  # Any: JSON values
    """Settings that stay the same where a whole sweep was moved to another place."""
    return settings | {name: Path(settings[name]).name for name in ("data", "branch_from")}


def finished_result(config: TrainConfig, folder: Path) -> dict[str, Any] | None:  # Any: JSON
    """The result of this very run if it is there already.

    Raises
    ------
    UsageError
        E413 if the folder holds a run with other settings.
    """
    path = folder / "result.json"
    if not path.exists():
        return None
    claim_folder(config, folder)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def places_of(configs: Sequence[TrainConfig], folders: Sequence[Path], digest: str) -> list[Place]:
    """Where each run stands; runs trained together stand at the same step.

    Raises
    ------
    UsageError
        E416 if a trunk's checkpoint lies behind the end of its branch.
    """
    common = set.intersection(*(set(checkpoints(folder)) for folder in folders))
    if common:
        step = max(common)
        return [read_place(checkpoints(folder)[step]) for folder in folders]
    return [_trunk_place(c, digest) if c.branch_from else _origin(c, digest) for c in configs]


def first_state(config: TrainConfig, folder: Path, place: Place, made: State) -> State:
    """The state at a place: from the run's checkpoint, its trunk's, or as it was made."""
    if place.step > place.start_step:
        return load_state(checkpoints(folder)[place.step], made)
    return load_state(Path(config.branch_from), made) if config.branch_from else made


def _origin(config: TrainConfig, digest: str) -> Place:
    return Place(
        config=config.to_dict(),
        digest=digest,
        step=0,
        rows=0,
        start_step=0,
        start_rows=0,
        seconds=0.0,
        lowest=None,
        above=0,
        window=[],
    )


def _trunk_place(config: TrainConfig, digest: str) -> Place:
    trunk = read_place(Path(config.branch_from))
    if trunk.step >= config.steps:
        raise UsageError(
            f"The branch ends at step {config.steps}, its trunk is at step {trunk.step} already.",
            where=f"branch_from = {config.branch_from}",
            matters="steps count the trunk's too.",
            do=f"set steps above {trunk.step}, or branch from an earlier checkpoint.",
            code="E416",
        )
    return replace(
        _origin(config, digest),
        step=trunk.step,
        rows=trunk.rows,
        start_step=trunk.step,
        start_rows=trunk.rows,
        lowest=trunk.lowest,
        above=trunk.above,
    )


def _other_run(path: Path, held: dict[str, Any], wanted: dict[str, Any]) -> UsageError:
    names = sorted(n for n in held.keys() | wanted.keys() if held.get(n) != wanted.get(n))
    changes = ", ".join(f"{n} {held.get(n)!r} -> {wanted.get(n)!r}" for n in names[:4])
    return UsageError(
        f"The folder holds a run with other settings: {changes}.",
        where=str(path),
        matters="results of two runs would be mixed.",
        do="choose another folder, or delete this one.",
        code="E413",
    )
