"""Gradient noise scale: the batch at which the noise of a gradient is as large as the gradient.

From one step whose k micro-batches of b sequences make up a batch of B (mccandlish2018):
``n_small`` is the mean squared norm of the micro-batch gradients, ``n_big`` the squared norm of
their mean. Their expectations are G2 + S/b and G2 + S/B, where G2 is the squared norm of the true
gradient and S the trace of the covariance of one sequence's gradient; S / G2 is in sequences.

Norms are taken before clipping, without loss scaling, of gradients of a mean over tokens. That the
ratio is the critical batch of a language model is disputed (merrill2025): show a measured one too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import UsageError

if TYPE_CHECKING:
    import jax

BLOCK_STEPS = 50  # assumption: longer than the drift between steps that would tie records together
MIN_BLOCKS = 5  # assumption: the spread of fewer blocks says little
RESOLVED = 0.5  # largest standard error of G2 over G2
EMA_MEMORY = 0.9  # per record, the default of a public implementation


@dataclass(frozen=True)
class Batches:
    """Sizes behind the two norms.

    Parameters
    ----------
    small, big : sequences in a micro-batch and in a whole step, small < big.
    sequence_tokens : tokens in a sequence.
    """

    small: int
    big: int
    sequence_tokens: int

    def __post_init__(self) -> None:
        if not (0 < self.small < self.big and self.sequence_tokens > 0):
            raise UsageError(
                f"A noise scale cannot be measured from batches of {self.small} and {self.big}.",
                where=f"micro-batch {self.small}, batch {self.big} sequences",
                matters="noise shows only in the difference between a smaller and a larger batch.",
                do="use at least 2 micro-batches a step; 8 are comfortable.",
                code="E429",
            )


@dataclass(frozen=True)
class NoiseScale:
    """Noise scale of a stretch of training.

    Parameters
    ----------
    sequences, sequences_lo, sequences_hi : S / G2 and its interval; None if not resolved.
    level : of the interval.
    signal, signal_error : G2 and its standard error, squared gradient norm.
    spread : S, squared gradient norm times sequences.
    n_records, n_left_out, n_blocks : records used, not finite ones, blocks of the jackknife.
    unresolved : why there is no value; None if there is one.
    """

    sequences: float | None
    sequences_lo: float | None
    sequences_hi: float | None
    level: float
    signal: float
    signal_error: float | None
    spread: float
    batches: Batches
    n_records: int
    n_left_out: int
    n_blocks: int
    unresolved: str | None

    @property
    def tokens(self) -> tuple[float, float, float] | None:
        """Value, lower and upper end in tokens; None if not resolved."""
        if self.sequences is None or self.sequences_lo is None or self.sequences_hi is None:
            return None
        size = self.batches.sequence_tokens
        return self.sequences * size, self.sequences_lo * size, self.sequences_hi * size


def squared_norm(tree: Any) -> jax.Array:  # Any: a pytree of gradients
    """Sum of squares of every number in a pytree, in float32; usable inside a training step."""
    import jax
    import jax.numpy as jnp

    return jnp.sum(jnp.stack(jax.tree.leaves(squared_norms(tree))))


def squared_norms(tree: Any) -> Any:  # Any: the same pytree, each tensor now a scalar
    """The same a tensor at a time, for a noise scale per layer."""
    import jax
    import jax.numpy as jnp

    return jax.tree.map(lambda g: jnp.sum(jnp.square(g.astype(jnp.float32))), tree)


def signal_and_spread(
    n_small: FloatArray, n_big: FloatArray, batches: Batches
) -> tuple[FloatArray, FloatArray]:
    """Unbiased G2 and S of every record, both (n_records,); single ones may be negative."""
    b, big = batches.small, batches.big
    signal = (big * n_big - b * n_small) / (big - b)
    spread = (n_small - n_big) / (1.0 / b - 1.0 / big)
    return signal, spread


def running_noise_scale(
    n_small: Sequence[float],
    n_big: Sequence[float],
    batches: Batches,
    *,
    memory: float = EMA_MEMORY,
) -> FloatArray:
    """Ratio of the exponential averages of S and G2 after each record, (n_records,) sequences.

    NaN where the average of G2 is not positive. G2 and S are averaged apart: a mean of ratios
    would be dominated by the records whose G2 happens to be near zero.
    """
    signal, spread = signal_and_spread(np.asarray(n_small), np.asarray(n_big), batches)
    above, below = _ema(spread, memory), _ema(signal, memory)
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def estimate_noise_scale(
    steps: Sequence[int],
    n_small: Sequence[float],
    n_big: Sequence[float],
    batches: Batches,
    *,
    block_steps: int = BLOCK_STEPS,
    level: float = 0.9,
) -> NoiseScale:
    """Noise scale over all records, with an interval by a jackknife over blocks of steps.

    Parameters
    ----------
    steps, n_small, n_big : (n_records,) step of each record and its two squared norms. Pass a
        stretch over which the noise scale is steady; it grows as the loss falls.

    Returns
    -------
    NoiseScale
        Without a value where G2 is not resolved: its error exceeds half of it.

    Source
    ------
    mccandlish2018, appendix A; Busing, Meijer and van der Leeden (1999), delete-m jackknife.
    """
    small, big = np.asarray(n_small, float), np.asarray(n_big, float)
    usable = np.isfinite(small) & np.isfinite(big)
    signal, spread = signal_and_spread(small[usable], big[usable], batches)
    blocks = _Blocks.of(np.asarray(steps)[usable] // block_steps, signal, spread)
    error = blocks.error(lambda mean_signal, _: mean_signal)
    reason = _why_unresolved(blocks, error)
    value = blocks.ratio if reason is None else None
    lo, hi = blocks.interval(level) if value is not None else (None, None)
    return NoiseScale(
        sequences=value,
        sequences_lo=lo,
        sequences_hi=hi,
        level=level,
        signal=blocks.signal,
        signal_error=error,
        spread=blocks.spread,
        batches=batches,
        n_records=int(usable.sum()),
        n_left_out=int((~usable).sum()),
        n_blocks=len(blocks.counts),
        unresolved=reason,
    )


@dataclass(frozen=True)
class _Blocks:
    """Sums of G2 and S within blocks, (n_blocks,)."""

    counts: FloatArray
    signals: FloatArray
    spreads: FloatArray

    @classmethod
    def of(cls, labels: IntArray, signal: FloatArray, spread: FloatArray) -> _Blocks:
        _, index = np.unique(labels, return_inverse=True)
        ones = np.ones(len(signal))
        counts, signals, spreads = (np.bincount(index, w) for w in (ones, signal, spread))
        return cls(
            np.asarray(counts, float), np.asarray(signals, float), np.asarray(spreads, float)
        )

    @property
    def signal(self) -> float:
        return _mean(self.signals, self.counts)

    @property
    def spread(self) -> float:
        return _mean(self.spreads, self.counts)

    @property
    def ratio(self) -> float:
        return self.spread / self.signal

    def without_one(self) -> tuple[FloatArray, FloatArray]:
        """Means of G2 and S with each block left out in turn."""
        left = self.counts.sum() - self.counts
        return (self.signals.sum() - self.signals) / left, (
            self.spreads.sum() - self.spreads
        ) / left

    def error(self, statistic: Callable[[FloatArray, FloatArray], FloatArray]) -> float | None:
        """Standard error of a function of the two means; blocks may differ in size."""
        if len(self.counts) < MIN_BLOCKS:
            return None
        weight = self.counts.sum() / self.counts
        whole = statistic(np.asarray(self.signal), np.asarray(self.spread))
        without = statistic(*self.without_one())
        pseudo = weight * whole - (weight - 1.0) * without
        centre = len(weight) * whole - np.sum((1.0 - 1.0 / weight) * without)
        return float(np.sqrt(np.mean((pseudo - centre) ** 2 / (weight - 1.0))))

    def interval(self, level: float) -> tuple[float, float]:
        """Ends of the ratio's interval, Student's on its logarithm."""
        from scipy.stats import t

        error = self.error(lambda signal, spread: np.log(spread / signal))
        assert error is not None  # resolved only with enough blocks
        reach = float(t.ppf(0.5 + level / 2, len(self.counts) - 1)) * error
        return self.ratio * float(np.exp(-reach)), self.ratio * float(np.exp(reach))


def _why_unresolved(blocks: _Blocks, error: float | None) -> str | None:
    if error is None:
        return f"{len(blocks.counts)} blocks of steps; at least {MIN_BLOCKS} are needed"
    if error > RESOLVED * blocks.signal:
        return "the squared gradient is not known to half its value: measure more steps"
    if np.min(blocks.without_one()) <= 0:
        return "the spread between micro-batches is not above zero in every part of the run"
    return None


def _mean(sums: FloatArray, counts: FloatArray) -> float:
    return float(sums.sum() / counts.sum()) if len(counts) else float("nan")


def _ema(values: FloatArray, memory: float) -> FloatArray:
    """Exponential average, corrected for its empty start."""
    averages = np.empty(len(values))
    average = 0.0
    for i, value in enumerate(values):
        average = memory * average + (1.0 - memory) * float(value)
        averages[i] = average / (1.0 - memory ** (i + 1))
    return averages
