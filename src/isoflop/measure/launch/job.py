"""What one run is: settings for the trainer or a command line, and an identity made of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

JobKind: TypeAlias = Literal["train", "command"]

_NOT_SHAPE = {
    *("lr", "seed", "data_seed", "weight_decay", "beta1", "beta2", "eps", "clip", "shares"),
    *("steps", "warmup_steps", "decay_fraction", "tokens_unique", "branch_from", "init_scale"),
    *("log_every", "eval_every", "checkpoint_every"),
}
"""Settings that do not change the shape of the compiled program."""


@dataclass(frozen=True)
class Job:
    """One run of a sweep.

    Parameters
    ----------
    run_id : 16 hexadecimal digits of the digest of what it is.
    kind : the built-in trainer, or a command line.
    settings : of the trainer, or the values of a command's placeholders.
    expected : params, tokens, flops, steps where the design knows them.
    argv, cwd : of a command, placeholders not yet filled in.
    after : run whose checkpoint it starts from, None for a run of its own.
    role : "trunk" for a run that only carries branches.
    resumes : a command that continues from what it left in its folder.
    """

    run_id: str
    kind: JobKind
    settings: Mapping[str, Any]  # Any: values of a TOML file
    expected: Mapping[str, float] = field(default_factory=dict)
    argv: tuple[str, ...] = ()
    cwd: str | None = None
    after: str | None = None
    role: str = "run"
    resumes: bool = False

    def to_dict(self) -> dict[str, Any]:  # Any: a JSON document
        """Plain fields, for job.json."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Job:  # Any: a JSON document
        """From job.json."""
        return cls(**{**document, "argv": tuple(document["argv"])})

    @property
    def flops(self) -> float:
        """Training compute expected, FLOP; 0 where it is not known."""
        return float(self.expected.get("flops", 0.0))

    @property
    def group(self) -> str:
        """Runs of one group reuse one compiled program."""
        shape = {k: v for k, v in self.settings.items() if k not in _NOT_SHAPE}
        return json.dumps([self.kind, shape], sort_keys=True)

    @property
    def stack(self) -> str:
        """Runs of one stack may be trained together: one shape, as many steps, one start."""
        keys = ("steps", "warmup_steps", "branch_from", "log_every", "eval_every")
        return json.dumps([self.group, [self.settings.get(key) for key in keys]])


def identity(
    kind: JobKind, settings: Mapping[str, object], argv: tuple[str, ...], after: str | None
) -> str:
    """The id of a run: equal content, equal id.

    A token folder counts by the digest of its content, so that a sweep may be moved, and runs on
    other data are other runs.
    """
    said = dict(settings)
    if kind == "train" and "data" in said:
        said["data"] = data_digest(Path(str(said["data"])))
    document = json.dumps([kind, said, list(argv), after], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(document.encode()).hexdigest()[:16]


def data_digest(folder: Path) -> str:
    """The digest a token folder states, its path where it states none."""
    try:
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
    except (OSError, ValueError):
        return str(folder)
    return str(meta.get("digest", folder))
