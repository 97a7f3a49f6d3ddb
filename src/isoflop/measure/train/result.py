"""The row of the run table that a run ends in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax

from isoflop.measure.train.noise_scale import BLOCK_STEPS, Batches, estimate_noise_scale
from isoflop.measure.train.shape import FLOPS, ModelShape

if TYPE_CHECKING:
    from isoflop.measure.train.heldout import HeldOut
    from isoflop.measure.train.journal import Journal
    from isoflop.measure.train.stream import Stream

_SAME = (
    "seq_len steps lr schedule warmup_steps decay_fraction weight_decay optimizer beta1 beta2 eps "
    "clip width depth heads d_ff tied experts experts_active seed data_seed parametrisation "
    "base_width base_depth init_scale micro_batches precision branch_from"
)
_SETTLED = 0.5  # of the steps: the noise scale is read from the rest, where the loss falls slowly


@dataclass(frozen=True)
class Clock:
    """Seconds that a stack of runs took, without compilation, and how many runs it held."""

    seconds: float
    n_stacked: int


def result_row(
    journal: Journal, shape: ModelShape, stream: Stream, heldout: HeldOut, clock: Clock
) -> dict[str, Any]:  # Any: JSON values
    """One flat row in canonical columns; a diverged run has no loss but says where it stopped."""
    config = journal.config
    step = config.steps if journal.diverged_at is None else journal.diverged_at
    tokens = journal.tokens(step)
    unique = max(stream.tokens_unique(tokens // config.seq_len), 1)
    row: dict[str, Any] = {  # Any: as above
        "run_id": journal.folder.resolve().name,
        "status": "done" if journal.diverged_at is None else "diverged",
        "diverged_at": journal.diverged_at,
        "params": shape.params,
        "params_non_embedding": shape.params_non_embedding,
        "params_active": shape.params_active,
        "tokens": tokens,
        "tokens_unique": unique,
        "epochs": tokens / unique,
        "flops": tokens * shape.flops_per_token,
        "flops_convention": FLOPS,
        "batch_tokens": config.batch * config.seq_len,
        "vocab": shape.vocab,
        "dataset": f"{Path(config.data).resolve().name}@{journal.place.digest[:8]}",
        **{name: getattr(config, name) for name in _SAME.split()},
        **{f"share/{d}": s for d, s in zip(stream.domains, stream.shares.tolist(), strict=True)},
        **_losses(journal, heldout),
        **_noise(journal),
        "branched_at": journal.place.start_step or None,
        "wall_seconds": clock.seconds,
        "device": jax.devices()[0].device_kind,
        "n_devices": 1,
        "n_stacked": clock.n_stacked,
    }
    return row


def _losses(journal: Journal, heldout: HeldOut) -> dict[str, float | None]:
    finished = journal.diverged_at is None
    last = journal.log.lines[-1] if finished else {}
    by_domain = {f"loss/{d}": last.get(f"loss/{d}") for d in heldout.domains}
    known = {k: v for k, v in by_domain.items() if isinstance(v, float) and math.isfinite(v)}
    complete = len(known) == len(by_domain)
    return {
        "loss": last.get("heldout_loss"),
        **by_domain,
        "train_loss": journal.last_train_loss if finished else None,
        "bits_per_byte": heldout.bits_per_byte(known) if complete else None,
    }


def _noise(journal: Journal) -> dict[str, float | None]:
    """Noise scale in tokens over the later part of the run, None where it is not resolved."""
    config, place = journal.config, journal.place
    if not config.noise_scale_every:
        return {}
    start = place.start_step + _SETTLED * (config.steps - place.start_step)
    lines = [r for r in journal.log.lines if "noise_small" in r and r["step"] > start]
    found = estimate_noise_scale(
        [line["step"] for line in lines],
        [_number(line["noise_small"]) for line in lines],
        [_number(line["noise_big"]) for line in lines],
        Batches(config.batch // config.micro_batches, config.batch, config.seq_len),
        block_steps=int(min(BLOCK_STEPS, max(1, (config.steps - start) // 10))),
    )
    value, lo, hi = found.tokens or (None, None, None)
    return {"noise_scale": value, "noise_scale_lo": lo, "noise_scale_hi": hi}


def _number(value: float | None) -> float:
    """A logged number; what was not finite is null in the file."""
    return math.nan if value is None else value
