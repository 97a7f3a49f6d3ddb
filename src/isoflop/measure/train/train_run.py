"""Trains one model and writes what laws need to know about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isoflop.core.errors import MissingExtra

if TYPE_CHECKING:
    from isoflop.measure.train.config import TrainConfig


def train_run(
    config: TrainConfig,
    folder: str | Path,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:  # Any: JSON values
    """Train, or go on from the folder's last checkpoint; a finished run is returned as it is.

    Parameters
    ----------
    folder : gets config.json, steps.jsonl, checkpoint-<step>.safetensors as asked for, and last
        of all result.json, whose being there means that the run is finished.
    progress : told (steps done, steps in all).

    Returns
    -------
    dict
        The run's row in canonical columns. A run that diverged is a result too: "status" says so.

    Raises
    ------
    UsageError
        E101, E413 if the folder holds a run with other settings, E415 or E416 for an unusable
        ``branch_from``.
    DataError
        E412 for tokens that do not suffice, E414 for a damaged checkpoint, E417 for a full disk.
    MissingExtra
        E418 if JAX is not installed.
    """
    require_jax()
    from isoflop.measure.train.loop import train

    return train([config], [Path(folder)], stacked=False, progress=progress)[0]


def require_jax() -> None:
    """Refuse to go on without what training needs.

    Raises
    ------
    MissingExtra
        E418.
    """
    try:
        import jax
        import optax
        import safetensors  # noqa: F401
    except ImportError as error:
        raise MissingExtra(
            f"Training needs {error.name}, which is not installed.",
            where="isoflop.measure.train",
            matters="models are trained with JAX; everything else works without.",
            do="pip install 'isoflop[train]'",
            code="E418",
        ) from error
    del jax, optax
