"""Online data mixing: a bandit whose reward is the training loss of the domain it drew.

Exp3 with importance weights and a moving average (X06, odm2023). The update, its average and the
warm-up are recalled, not checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray

AVERAGE = 0.9  # odm2023, recalled
WARMUP = 0.01  # odm2023, recalled: share of the steps on the prior mixture


@dataclass(frozen=True)
class OnlineMixing:
    """The bandit after some steps.

    Attributes
    ----------
    log_w : (n_domains,) logs of the weights
    reward : (n_domains,) moving average of importance-weighted rewards
    pi : (n_domains,) mixture that the next batch is drawn from
    epsilon : exploration of the last step
    t : steps taken
    """

    log_w: FloatArray
    reward: FloatArray
    pi: FloatArray
    epsilon: float
    t: int = 0

    @classmethod
    def begin(cls, prior: FloatArray) -> OnlineMixing:
        """Weights of the prior mixture, which is also drawn from at first."""
        pi = prior / prior.sum()
        return cls(np.log(np.maximum(pi, 1e-300)), np.zeros(len(pi)), pi, 1.0 / len(pi))

    def step(
        self,
        losses: Mapping[int, float],
        *,
        floors: FloatArray | None = None,
        average: float = AVERAGE,
    ) -> OnlineMixing:
        """After a batch: what each drawn domain lost.

        Parameters
        ----------
        losses : {domain: training loss}, of the domains in the batch
        floors : (n_domains,) losses that no training removes; rewards count what is above them,
            as high loss is not learnable loss
        """
        t = self.t + 1
        reward = np.array(self.reward)
        for i, loss in losses.items():
            gained = loss - (0.0 if floors is None else float(floors[i]))
            reward[i] = average * reward[i] + (1.0 - average) * max(gained, 0.0) / self.pi[i]
        log_w = self.log_w + self.epsilon * reward
        epsilon = exploration(t, len(reward))
        return OnlineMixing(log_w, reward, _mixed(log_w, epsilon), epsilon, t)


def exploration(t: int, n_domains: int) -> float:
    """``min(1/K, sqrt(ln K/(K*t)))``: how far each domain is kept from zero at step t >= 1."""
    return float(min(1.0 / n_domains, np.sqrt(np.log(n_domains) / (n_domains * t))))


def warmup_steps(steps: int) -> int:
    """Steps on the prior mixture before the bandit takes over."""
    return int(np.ceil(WARMUP * steps))


def _mixed(log_w: FloatArray, epsilon: float) -> FloatArray:
    weights = np.exp(log_w - log_w.max())
    return np.asarray((1.0 - len(weights) * epsilon) * weights / weights.sum() + epsilon)
