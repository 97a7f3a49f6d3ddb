"""Trains runs of one shape together: one compiled program, one more axis on every array.

Worth it on an accelerator, where a small model leaves most of the device idle. On a CPU separate
processes are faster (measured: a stack of 4 to 16 takes 1.1 to 1.6 times as long).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isoflop.core.errors import UsageError
from isoflop.measure.train.train_run import require_jax

if TYPE_CHECKING:
    from isoflop.measure.train.config import TrainConfig

MAY_DIFFER = (
    *("lr", "weight_decay", "beta1", "beta2", "eps", "clip", "warmup_steps", "decay_fraction"),
    *("seed", "init_scale", "data_seed", "shares", "tokens_unique"),
    *("log_every", "noise_scale_every", "checkpoint_every", "branch_from"),
)
"""Settings in which runs of one stack may differ."""


def train_stack(
    configs: Sequence[TrainConfig],
    folders: Sequence[str | Path],
    progress: Callable[[int, int], None] | None = None,
) -> list[dict[str, Any]]:  # Any: JSON values
    """Train together what ``train_run`` would train one by one, to the same numbers.

    A run that diverges is recorded as such while the others go on.

    Parameters
    ----------
    configs, folders : one a run; ``MAY_DIFFER`` lists what may differ.

    Returns
    -------
    list of dict
        A row a run, as of ``train_run``; wall_seconds is that of the whole stack, n_stacked its
        number of runs.

    Raises
    ------
    UsageError
        E419 if the runs cannot share a program.
    """
    require_jax()
    from isoflop.measure.train.loop import train

    if len(configs) != len(folders) or not configs:
        raise ValueError(f"{len(configs)} configurations for {len(folders)} folders")
    _check_alike(configs)
    return train(configs, [Path(f) for f in folders], stacked=True, progress=progress)


def _check_alike(configs: Sequence[TrainConfig]) -> None:
    first = configs[0].to_dict()
    for number, config in enumerate(configs[1:], start=2):
        other = config.to_dict()
        names = [n for n in first if n not in MAY_DIFFER and first[n] != other[n]]
        if bool(config.noise_scale_every) != bool(configs[0].noise_scale_every):
            names.append("noise_scale_every")
        if names:
            raise _cannot_stack(number, names[0], first[names[0]], other[names[0]])


def _cannot_stack(number: int, name: str, first: object, other: object) -> UsageError:
    return UsageError(
        f"Runs 1 and {number} cannot be stacked: {name} is {first!r} and {other!r}.",
        where=f"{name} of run {number}",
        matters="stacked runs share one compiled program and one evaluation.",
        do="train them apart, or group runs that agree in it.",
        code="E419",
    )
