"""How a learning rate, a decay rate or a weight decay changes when the batch does.

``factor`` is always the new batch over the old one. None of these rules is exact on both sides
of the critical batch; each docstring says where it holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import UsageError

POWER_A, POWER_B = 4.6, -0.51  # powersched2024, fitted with muP; fit them anew on your own runs


def half_life(decay: float, batch_tokens: float) -> float:
    """Tokens after which an exponential average has forgotten half.

    Example
    -------
    >>> round(half_life(0.95, 524_288))
    7084917
    """
    return float(batch_tokens * np.log(0.5) / np.log(decay))


def decay_of(half_life_tokens: float, batch_tokens: float) -> float:
    """Decay a step with this half-life; the inverse of ``half_life``."""
    return float(0.5 ** (batch_tokens / half_life_tokens))


def rescaled_decay(decay: float, factor: float) -> float:
    """Decay a step that keeps the half-life in tokens when the batch is multiplied.

    Source
    ------
    marek2025 for beta2 (leave beta1 alone, tune the learning rate anew), busbridge2023 for an
    average of the weights.
    """
    return float(decay**factor)


@dataclass(frozen=True)
class AdamNumbers:
    """The four numbers of Adam that a change of batch moves together."""

    lr: float
    beta1: float
    beta2: float
    eps: float

    def rescaled(self, factor: float) -> AdamNumbers:
        """The square-root rule from the stochastic differential equation of Adam.

        Holds while noise dominates the gradient and factor * (1 - beta) is far below 1.

        Raises
        ------
        UsageError
            E428 if a decay rate would not stay above 0.

        Source
        ------
        malladi2022.
        """
        betas = [1.0 - factor * (1.0 - beta) for beta in (self.beta1, self.beta2)]
        if min(betas) <= 0:
            raise UsageError(
                f"The batch cannot be multiplied by {factor:g} under the square-root rule.",
                where=f"beta1 {self.beta1:g}, beta2 {self.beta2:g}",
                matters="the rule multiplies 1 - beta, and a decay rate must stay above 0.",
                do=f"stay below a factor of {1 / (1 - min(self.beta1, self.beta2)):.3g}, "
                "or keep half-lives instead.",
                code="E428",
            )
        root = float(np.sqrt(factor))
        return AdamNumbers(self.lr * root, betas[0], betas[1], self.eps / root)


def linear_rule(lr: float, factor: float) -> float:
    """Learning rate of gradient descent, with warm-up, far below the critical batch (goyal2017)."""
    return lr * factor


def rate_near_critical(
    top: float, batch: FloatArray, critical_batch: float, power: float = 1.0
) -> FloatArray:
    """top / (1 + critical / batch)^power: linear far below the critical batch, flat above it.

    Parameters
    ----------
    power : 1 for gradient descent, 0.5 to 1 for Adam.

    Source
    ------
    mccandlish2018.
    """
    return np.asarray(top / (1.0 + critical_batch / np.asarray(batch, float)) ** power)


def power_rate(
    batch: float, tokens: FloatArray, a: float = POWER_A, b: float = POWER_B
) -> FloatArray:
    """Rate a batch tokens^b of the power scheduler, batch in sequences (powersched2024)."""
    return np.asarray(a * batch * np.asarray(tokens, float) ** b)


def adamw_timescale(lr: float, weight_decay: float, steps: int) -> float:
    """Share of the run over which AdamW's weights average their updates, 1 / (lr decay steps).

    Source
    ------
    Wang and Aitchison, 2405.13698; bergsma2025.
    """
    return 1.0 / (lr * weight_decay * steps)


def decay_for_timescale(timescale: float, lr: float, steps: int) -> float:
    """Weight decay with this timescale; keep it when batch or tokens change, not the decay."""
    return 1.0 / (lr * timescale * steps)


def steps_to_target(batch: FloatArray, steps_min: float, critical_batch: float) -> FloatArray:
    """Steps to a given loss at a batch: S_min (1 + B_crit / B) (mccandlish2018)."""
    return np.asarray(steps_min * (1.0 + critical_batch / np.asarray(batch, float)))


def examples_to_target(batch: FloatArray, examples_min: float, critical_batch: float) -> FloatArray:
    """Examples to a given loss at a batch: E_min (1 + B / B_crit); E_min = S_min B_crit."""
    return np.asarray(examples_min * (1.0 + np.asarray(batch, float) / critical_batch))
