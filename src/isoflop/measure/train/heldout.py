"""Loss on fixed held-out rows, a domain at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import DataError
from isoflop.measure.train.model import Batch
from isoflop.measure.train.program import evaluator_of
from isoflop.measure.train.rows import heldout_rows

if TYPE_CHECKING:
    from isoflop.corpus.tokens import TokenFolder
    from isoflop.measure.train.config import TrainConfig
    from isoflop.measure.train.program import ProgramKey, State

_ROWS_AT_ONCE = 16


@dataclass(frozen=True)
class HeldOut:
    """Rows to evaluate on.

    Parameters
    ----------
    domains : (n_domains) names.
    batches : (n_batches, rows, seq_len) each, padded at the end with empty rows.
    domain_of_row : (n_rows,) without the padding.
    tokens : (n_domains,) evaluated.
    bytes_per_token : (n_domains,) of the held-out text.
    """

    domains: tuple[str, ...]
    batches: Batch
    domain_of_row: IntArray
    tokens: FloatArray
    bytes_per_token: FloatArray

    def evaluator(self, key: ProgramKey) -> Callable[..., jax.Array]:
        """The compiled evaluation of a program on these rows."""
        n_batches, rows, _ = self.batches.inputs.shape
        return evaluator_of(key, n_batches, rows)

    def losses(self, key: ProgramKey, state: State) -> list[dict[str, float]]:
        """Mean losses of each run (one, if not stacked): "heldout_loss" and "loss/<domain>"."""
        sums = np.asarray(self.evaluator(key)(state, self.batches), np.float64)
        by_run = sums.reshape(key.n_stacked or 1, -1)[:, : len(self.domain_of_row)]
        return [self._means(rows) for rows in by_run]

    def _means(self, rows: FloatArray) -> dict[str, float]:
        total = np.bincount(self.domain_of_row, rows, minlength=len(self.domains))
        means = {
            f"loss/{d}": float(v) for d, v in zip(self.domains, total / self.tokens, strict=True)
        }
        return {"heldout_loss": float(total.sum() / self.tokens.sum()), **means}

    def bits_per_byte(self, losses: dict[str, float]) -> float:
        """Overall bits per byte from the losses of the domains."""
        nats = sum(losses[f"loss/{d}"] * n for d, n in zip(self.domains, self.tokens, strict=True))
        return float(nats / math.log(2) / np.sum(self.tokens * self.bytes_per_token))


def open_heldout(config: TrainConfig, folder: TokenFolder) -> HeldOut:
    """The held-out rows of every domain of the folder, whatever the training mixture.

    Raises
    ------
    DataError
        E412 if no domain has held-out tokens.
    """
    domains = [d for d in folder.domains if folder.count(d, "heldout", "tokens") > 0]
    if not domains:
        raise DataError(
            f"{folder.path} has no held-out tokens.",
            where=str(folder.path),
            matters="a law is fitted to losses on text that was not trained on.",
            do="tokenise more documents, or a larger held-out share.",
            code="E412",
        )
    gathered, tokens = [], []
    for domain in domains:
        rows = heldout_rows(folder, domain, seq_len=config.seq_len, n_tokens=config.eval_tokens)
        gathered.append(rows.gather(np.arange(rows.packed.n_rows)))
        tokens.append(rows.packed.n_tokens)
    numbers = np.repeat(np.arange(len(domains), dtype=np.int64), [len(g.inputs) for g in gathered])
    return HeldOut(
        domains=tuple(domains),
        batches=Batch(*(_batched(parts) for parts in zip(*gathered, strict=True))),
        domain_of_row=numbers,
        tokens=np.array(tokens, float),
        bytes_per_token=np.array(
            [
                folder.count(d, "heldout", "bytes") / folder.count(d, "heldout", "tokens")
                for d in domains
            ]
        ),
    )


def _batched(parts: tuple[np.ndarray, ...]) -> jax.Array:
    whole = np.concatenate(parts)
    spare = -len(whole) % _ROWS_AT_ONCE
    padded = np.concatenate([whole, np.zeros((spare, whole.shape[1]), whole.dtype)])
    placed: jax.Array = jax.device_put(padded.reshape(-1, _ROWS_AT_ONCE, whole.shape[1]))
    return placed
