"""``isoflop coordcheck``: does a parametrisation keep activations steady as models grow wider?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from isoflop.cli.options import progress_on_stderr

if TYPE_CHECKING:
    from isoflop.measure.train.coordinate_check import CoordinateCheck

Repeated = Parameter(consume_multiple=True, negative=())


def coordcheck(
    parametrisation: str = "mup",
    *,
    width: Annotated[tuple[int, ...], Repeated] = (64, 128, 256, 512, 1024),
    depth: int = 4,
    heads: int = 4,
    base_width: int = 64,
    base_depth: int = 2,
    optimizer: str = "adamw",
    lr: float = 0.003,
    steps: int = 6,
    batch: int = 4,
    seq_len: int = 64,
    seeds: int = 3,
    strict: Annotated[bool, Parameter(negative=())] = False,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Train a few steps at several widths; slopes of log RMS against log width should be flat.

    Parameters
    ----------
    parametrisation
        mup, completep or sp.
    width
        Widths to compare, each a multiple of twice the heads.
    depth
        Layers of every model.
    heads
        Attention heads of every model, so that heads widen with the model.
    base_width
        Width at which all parametrisations agree.
    base_depth
        Depth at which they agree.
    optimizer
        Any that the trainer has.
    lr
        Learning rate at the base width.
    steps
        Steps on one fixed batch.
    batch
        Sequences in it.
    seq_len
        Tokens a sequence.
    seeds
        Models a width, averaged.
    strict
        Exit with 1 when a slope is above the bar.
    json
        Print one JSON document.
    """
    from isoflop.core.files import canonical_json
    from isoflop.measure.train.config import TrainConfig
    from isoflop.measure.train.train_run import require_jax

    config = TrainConfig(
        data="",
        width=min(width, default=base_width),
        depth=depth,
        heads=heads,
        steps=steps,
        lr=lr,
        seq_len=seq_len,
        batch=batch,
        parametrisation=parametrisation,
        base_width=base_width,
        base_depth=base_depth,
        optimizer=optimizer,
        weight_decay=0.0,
        schedule="constant",
    )
    require_jax()
    from isoflop.measure.train.coordinate_check import coordinate_check

    with progress_on_stderr("width") as progress:
        check = coordinate_check(config, width, seeds=seeds, progress=progress)
    sys.stdout.write(canonical_json(check.to_dict()) if json else _table(check))
    if strict and not check.passes:
        raise SystemExit(1)


def _table(check: CoordinateCheck) -> str:
    """Slope of every quantity at every step, and the verdict."""
    steps = range(1, len(next(iter(check.slopes.values()))))
    lines = ["slope of log RMS against log width", f"{'':14}" + "".join(f"{t:>8}" for t in steps)]
    for name, slopes in check.slopes.items():
        lines.append(f"{name:14}" + "".join(f"{slope:8.3f}" for slope in slopes[1:]))
    verdict = "passes" if check.passes else "does not pass"
    lines.append(f"largest {check.worst:.3f}: {verdict} (bar 0.1)")
    return "\n".join(lines) + "\n"
