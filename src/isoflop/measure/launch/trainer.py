"""What sweeps know of the built-in trainer: its settings, and how it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from isoflop.measure.design.sizes import Counts


@dataclass(frozen=True)
class Defaults:
    """Settings of the trainer: every name, and the values of those that have one."""

    known: tuple[str, ...]
    values: Mapping[str, Any]  # Any: settings have several types


def trainer_defaults() -> Defaults:
    """The settings of the trainer; imports none of its heavy libraries."""
    from isoflop.measure.train.config import TrainConfig

    found = fields(TrainConfig)
    return Defaults(
        known=tuple(item.name for item in found),
        values={item.name: item.default for item in found if item.default is not MISSING},
    )


def check_settings(settings: Mapping[str, Any]) -> None:  # Any: values of a TOML file
    """Have the trainer check the settings of a run before any run starts."""
    from isoflop.measure.train.config import TrainConfig

    TrainConfig.from_dict(dict(settings))


def count_model(settings: Mapping[str, Any]) -> Counts:  # Any: values of a TOML file
    """Parameters and compute as the trainer itself counts them, experts included."""
    from isoflop.measure.train.shape import ModelShape

    names = ("vocab", "width", "depth", "heads", "seq_len", "experts", "experts_active")
    sizes = {name: int(settings[name]) for name in names}
    d_ff = int(settings.get("d_ff") or 4 * sizes["width"])
    shape = ModelShape(**sizes, d_ff=d_ff, tied=bool(settings["tied"]))
    return Counts(
        params=float(shape.params),
        params_non_embedding=float(shape.params_non_embedding),
        params_active=float(shape.params_active),
        flops_per_token=float(shape.flops_per_token),
    )


def train(settings: list[dict[str, Any]], folders: list[Path]) -> None:  # Any: TOML values
    """Train one run, or several of equal shape together."""
    from isoflop.measure.train.config import TrainConfig

    configs = [TrainConfig.from_dict(one) for one in settings]
    if len(configs) == 1:
        from isoflop.measure.train.train_run import train_run

        train_run(configs[0], folders[0])
        return
    from isoflop.measure.train.train_stack import train_stack

    train_stack(configs, folders)
