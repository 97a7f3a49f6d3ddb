"""Which values of a training configuration can be trained, and what to say about the others."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, get_args

from isoflop.core.errors import UsageError, unknown_name

if TYPE_CHECKING:
    from isoflop.measure.train.config import TrainConfig

_AT_LEAST_ONE = "width depth heads d_ff steps seq_len batch micro_batches base_width base_depth"
_AT_LEAST_ONE_TOO = "log_every eval_tokens"
_AT_LEAST_ZERO = "experts experts_active warmup_steps tokens_unique eval_every seed data_seed"
_AT_LEAST_ZERO_TOO = "noise_scale_every checkpoint_every weight_decay clip"
_ABOVE_ZERO = "lr init_scale eps"
_LONGEST = 65535  # a row's segments are stored in 16 bits


def check_config(config: TrainConfig) -> None:
    """Refuse what cannot be trained.

    Raises
    ------
    UsageError
        E411 for a value, E101 for the name of an optimiser, schedule or parametrisation.
    """
    _check_names(config)
    for name, reason in _problems(config):
        raise UsageError(
            f"{name} = {getattr(config, name)!r} cannot be trained: {reason}.",
            where=f"training configuration, {name}",
            matters="nothing was computed.",
            do=f"change {name} in the file, or with --set {name}=...",
            code="E411",
        )


def _check_names(config: TrainConfig) -> None:
    from isoflop.measure.train.config import Precision
    from isoflop.measure.train.optimizer import optimizer_names
    from isoflop.measure.train.parametrisation import parametrisation_names
    from isoflop.measure.train.schedule import schedule_names

    families = (
        ("optimizer", config.optimizer, optimizer_names()),
        ("schedule", config.schedule, schedule_names()),
        ("parametrisation", config.parametrisation, parametrisation_names()),
        ("precision", config.precision, get_args(Precision)),
    )
    for kind, name, known in families:
        if name not in known:
            raise unknown_name(kind, name, known, "isoflop train --help")


def _problems(config: TrainConfig) -> Iterator[tuple[str, str]]:
    yield from _out_of_range(config)
    if config.width % config.heads or (config.width // config.heads) % 2:
        yield "heads", f"width {config.width} must be an even multiple of it (rotary positions)"
    if config.seq_len > _LONGEST:
        yield "seq_len", f"the longest row is {_LONGEST} tokens"
    if config.batch % config.micro_batches:
        yield "micro_batches", f"it must divide the batch of {config.batch}"
    if config.warmup_steps >= config.steps:
        yield "warmup_steps", f"it must be below the {config.steps} steps"
    if config.noise_scale_every and config.micro_batches < 2:
        yield "noise_scale_every", "noise shows between at least 2 micro_batches"
    if config.experts == 1 or (config.experts and not config.experts_active):
        yield "experts", "give at least 2, and experts_active of them"
    if config.experts_active > config.experts:
        yield "experts_active", f"there are {config.experts} experts"
    yield from _share_problems(config)


def _out_of_range(config: TrainConfig) -> Iterator[tuple[str, str]]:
    for names, least in (
        (f"{_AT_LEAST_ONE} {_AT_LEAST_ONE_TOO}", 1),
        (f"{_AT_LEAST_ZERO} {_AT_LEAST_ZERO_TOO}", 0),
    ):
        for name in names.split():
            if not (math.isfinite(getattr(config, name)) and getattr(config, name) >= least):
                yield name, f"it must be at least {least}"
    for name in _ABOVE_ZERO.split():
        if not (math.isfinite(getattr(config, name)) and getattr(config, name) > 0):
            yield name, "it must be above 0"
    for name in ("beta1", "beta2"):
        if not 0 <= getattr(config, name) < 1:
            yield name, "it must be in [0, 1)"
    if not 0 < config.decay_fraction <= 1:
        yield "decay_fraction", "it must be in (0, 1]"


def _share_problems(config: TrainConfig) -> Iterator[tuple[str, str]]:
    if config.shares is None:
        return
    values = list(config.shares.values())
    if not all(math.isfinite(v) and v >= 0 for v in values) or not sum(values) > 0:
        yield "shares", "each must be at least 0 and one above 0; they are scaled to sum to 1"
