"""DoReMi: a small proxy, trained against the worst excess loss over a reference, finds the mixture.

Minimises over the model and maximises over the mixture ``sum alpha_i*(L_i - L_ref_i)`` (X05,
doremi2023). Step size and smoothing are recalled, not checked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from isoflop.core.arrays import FloatArray

ETA = 1.0  # doremi2023, recalled
SMOOTHING = 1e-3  # doremi2023, recalled: weight of the even mixture in every step
SETTLED = 1e-3  # X05 entry: rounds are repeated until no share moves by more


@dataclass(frozen=True)
class DoReMi:
    """The mixture after some steps of the proxy.

    Attributes
    ----------
    alpha : (n_domains,) current mixture
    total : (n_domains,) sum of the mixtures so far
    steps : taken
    """

    alpha: FloatArray
    total: FloatArray
    steps: int = 0

    @classmethod
    def begin(cls, prior: FloatArray) -> DoReMi:
        """Before the first step: the mixture the reference was trained on."""
        return cls(prior / prior.sum(), np.zeros_like(prior, dtype=float))

    @property
    def mixture(self) -> FloatArray:
        """The result: the mean of the mixtures over the steps."""
        return self.total / self.steps if self.steps else self.alpha

    def step(self, excess: FloatArray, *, eta: float = ETA, smoothing: float = SMOOTHING) -> DoReMi:
        """One step of the proxy.

        Parameters
        ----------
        excess : (n_domains,) see :func:`excess_loss`
        """
        logs = np.log(np.maximum(self.alpha, 1e-300)) + eta * excess
        grown = np.exp(logs - logs.max())
        mixed = (1.0 - smoothing) * grown / grown.sum() + smoothing / len(grown)
        return replace(self, alpha=mixed, total=self.total + mixed, steps=self.steps + 1)


def excess_loss(proxy: FloatArray, reference: FloatArray) -> float:
    """Mean over the tokens of one domain of ``max(loss_proxy - loss_reference, 0)``."""
    return float(np.mean(np.maximum(proxy - reference, 0.0)))


def settled(before: FloatArray, after: FloatArray) -> bool:
    """Whether another round, with the found mixture as prior, changed nothing that matters."""
    return bool(np.abs(after - before).max() < SETTLED)
