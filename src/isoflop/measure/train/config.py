"""What one training run is: a flat set of names and values, checked before anything is computed."""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from isoflop.core.errors import UsageError

Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class TrainConfig:
    """One run, in the names of the run table.

    Parameters
    ----------
    data : path of a token folder.
    width, depth, heads : of the model; width / heads is even, for rotary positions.
    d_ff : width of the feed-forward block (of one expert), 4 widths if None.
    seq_len, batch : context in tokens, sequences a step.
    tied : input and output embedding are one matrix.
    experts, experts_active : of a mixture-of-experts block; 0 experts for a dense one.
    parametrisation, base_width, base_depth, init_scale : how initial scales, multipliers and
        learning rates follow from the size; at the base size all parametrisations agree.
    clip : largest gradient norm, 0 for none.
    decay_fraction : of all steps, for schedules that end with a decay.
    micro_batches : parts of a batch whose gradients are summed.
    seed, data_seed : of the weights; of subset, packing and order of the data.
    shares : part of the sequences a domain supplies; None for in proportion to its tokens.
    tokens_unique : size of the fixed subset that is repeated, 0 for all tokens.
    eval_every, eval_tokens : steps between evaluations (0: at the end only), tokens a domain.
    noise_scale_every, checkpoint_every : steps between records, 0 for none.
    branch_from : checkpoint to start from, "" for a run of its own.
    """

    data: str
    width: int
    depth: int
    heads: int
    steps: int
    lr: float
    d_ff: int | None = None
    seq_len: int = 256
    tied: bool = True
    experts: int = 0
    experts_active: int = 0
    parametrisation: str = "mup"
    base_width: int = 64
    base_depth: int = 2
    init_scale: float = 1.0
    optimizer: str = "adamw"
    weight_decay: float = 0.1
    beta1: float = 0.9
    beta2: float = 0.95
    eps: float = 1e-8
    clip: float = 1.0
    schedule: str = "wsd"
    warmup_steps: int = 0
    decay_fraction: float = 0.2
    batch: int = 16
    micro_batches: int = 1
    seed: int = 0
    data_seed: int = 0
    shares: Mapping[str, float] | None = field(default=None, hash=False)
    tokens_unique: int = 0
    precision: Precision = "float32"
    log_every: int = 20
    eval_every: int = 0
    eval_tokens: int = 131072
    noise_scale_every: int = 0
    checkpoint_every: int = 0
    branch_from: str = ""

    def __post_init__(self) -> None:
        from isoflop.measure.train.config_checks import check_config

        if self.d_ff is None:
            object.__setattr__(self, "d_ff", 4 * self.width)
        check_config(self)

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> TrainConfig:  # Any: parsed TOML or JSON
        """A configuration from names and values, as TOML or JSON give them.

        Raises
        ------
        UsageError
            E410 for a name that is none, missing or of the wrong type, E411 for an impossible
            value.
        """
        known = {each.name: each for each in dataclasses.fields(cls)}
        for name in settings:
            if name not in known:
                raise _unknown(name, known)
        needed = [n for n, each in known.items() if each.default is dataclasses.MISSING]
        if missing := [name for name in needed if name not in settings]:
            raise UsageError(
                f"The configuration does not say {', '.join(missing)}.",
                where="training configuration",
                matters="these have no sensible default.",
                do=f"add {missing[0]} = ... to the file, or --set {missing[0]}=...",
                code="E410",
            )
        return cls(**{name: _typed(known[name], value) for name, value in settings.items()})

    def to_dict(self) -> dict[str, Any]:  # Any: JSON values
        """Every name and value, defaults included, in the order of the fields."""
        found = {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        found["shares"] = None if self.shares is None else dict(sorted(self.shares.items()))
        return found


def _unknown(name: str, known: Mapping[str, object]) -> UsageError:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return UsageError(
        f"There is no training setting named '{name}'.",
        where=f"training configuration, '{name}'",
        matters="a setting that is not understood would silently not apply.",
        do=f"{hint}known: {', '.join(sorted(known))}",
        code="E410",
    )


def _typed(named: dataclasses.Field[Any], value: Any) -> Any:  # Any: parsed TOML or JSON
    """The value in the field's type; whole floats count as integers (steps = 1e4)."""
    wanted = str(named.type)
    if value is None and "None" in wanted:
        return None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if wanted.startswith("int") and number and math.isfinite(value) and value == int(value):
        return int(value)
    if wanted == "float" and number:
        return float(value)
    if wanted == "bool" and isinstance(value, bool):
        return value
    if wanted in ("str", "Precision") and isinstance(value, str):
        return value
    if wanted.startswith("Mapping") and isinstance(value, Mapping):
        shares = list(value.values())
        if all(isinstance(v, int | float) and not isinstance(v, bool) for v in shares):
            return {str(k): float(v) for k, v in value.items()}
    raise UsageError(
        f"{named.name} cannot be {value!r}: it takes {wanted}.",
        where=f"training configuration, {named.name}",
        matters="the run would not be the one that was meant.",
        do=f"write a value of that type, for instance the default {named.default!r}."
        if named.default is not dataclasses.MISSING
        else "write a value of that type.",
        code="E410",
    )
