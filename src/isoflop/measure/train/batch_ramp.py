"""Growing the batch during a run: a fixed ramp, or a step proposed by the noise scale."""

from __future__ import annotations

import math

ETA = 0.3  # assumption within 0.1-0.5: noise over gradient that a batch may keep
GROWTH = 2.0  # most a batch may grow at a time; the loss must recover from a switch


def linear_ramp(
    tokens_seen: float, *, first: int, last: int, ramp_tokens: float, micro_batch: int = 1
) -> int:
    """Batch in sequences, linear in tokens from first to last, whole micro-batches.

    Source
    ------
    Brown et al., 2005.14165, section 2.3: a ramp over 2-10% of the tokens is practice.
    """
    share = min(1.0, tokens_seen / ramp_tokens) if ramp_tokens > 0 else 1.0
    wanted = first + (last - first) * share
    return max(1, round(wanted / micro_batch)) * micro_batch


def next_batch(
    batch: int, noise_scale: float, *, largest: int, micro_batch: int = 1, eta: float = ETA
) -> int:
    """The batch to go on with: the same if its noise is small enough, else a larger one.

    Parameters
    ----------
    noise_scale : in sequences, as ``batch`` and ``largest``, a multiple of ``micro_batch``.
    eta : the batch is large enough when noise_scale / batch <= eta^2 (the norm test).

    Source
    ------
    Byrd et al. (2012), norm test; Adaptive Batch Size Schedules, 2412.21124.
    """
    enough = noise_scale / eta**2
    if batch >= enough:
        return batch
    wanted = math.ceil(min(GROWTH * batch, enough) / micro_batch) * micro_batch
    return max(batch, min(largest, wanted))
