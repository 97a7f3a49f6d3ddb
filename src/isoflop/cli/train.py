"""``isoflop train``: train one small model and write its row of the run table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from isoflop.cli.options import assignments, progress_on_stderr

if TYPE_CHECKING:
    from isoflop.core.errors import UsageError

Repeated = Parameter(consume_multiple=True, negative=(), show_default=False)


def train(
    config: Path,
    *,
    out: Path,
    set: Annotated[tuple[str, ...], Repeated] = (),
    json: bool = False,
) -> None:
    """Train one model; started again after a kill, go on from its last checkpoint.

    Parameters
    ----------
    config
        TOML file of settings: data, width, depth, heads, steps, lr, and what should not be left
        at its default (batch, seq_len, schedule, parametrisation, seed ...).
    out
        Folder of the run: gets steps.jsonl, checkpoints and last of all result.json.
    set
        NAME=VALUE in TOML, goes before the file: lr=3e-3, shares='{python = 0.5, c = 0.5}'.
    json
        Print the result as one JSON document.
    """
    from isoflop.core.files import canonical_json
    from isoflop.measure.train.config import TrainConfig
    from isoflop.measure.train.train_run import train_run

    changes = {name: _value(text) for name, text in assignments(set, "--set").items()}
    settings = TrainConfig.from_dict({**_read(config), **changes})
    with progress_on_stderr("step") as progress:
        row = train_run(settings, out, progress)
    sys.stdout.write(canonical_json(row) if json else _summary(row))


def _read(path: Path) -> dict[str, Any]:  # Any: parsed TOML
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> UsageError:
    from isoflop.core.errors import UsageError

    return UsageError(
        f"Cannot read {path}: {error}.",
        where=str(path),
        matters="nothing was trained.",
        do="give a TOML file of NAME = VALUE lines.",
        code="E410",
    )


def _value(text: str) -> Any:  # Any: parsed TOML
    """A TOML value; a bare word is a text."""
    import tomllib

    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _summary(row: dict[str, Any]) -> str:  # Any: JSON values
    if row["status"] == "diverged":
        return f"diverged at step {row['diverged_at']} of {row['steps']}\n"
    size = f"{row['params']:,} parameters, {row['tokens']:,} tokens, {row['flops']:.3g} FLOP"
    domains = "".join(
        f"  {name.removeprefix('loss/'):16} {value:.4f}\n"
        for name, value in row.items()
        if name.startswith("loss/")
    )
    return (
        f"held-out loss {row['loss']:.4f} nat/token ({row['bits_per_byte']:.4f} bit/byte)\n"
        f"{domains}{size}, {row['wall_seconds']:.1f} s on {row['device']}\n"
    )
