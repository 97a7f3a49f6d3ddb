"""Distance between a mixture of sources and a validation set by optimal transport (X28).

Entropic transport by Sinkhorn's iterations in logs. The dual potential of the mixture is, up to a
constant, the gradient of the distance in its weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.errors import FitError

MAX_ROUNDS = 5000
SETTLED = 1e-9  # of the marginals


@dataclass(frozen=True)
class Transport:
    """Cost of moving one weighted set of points onto another.

    Attributes
    ----------
    value : dual optimum, the entropic cost
    potential : (n,) of the first set: derivative of the value in its weights, up to a constant
    """

    value: float
    potential: FloatArray


def transport(weight: FloatArray, onto: FloatArray, cost: FloatArray, blur: float) -> Transport:
    """Entropic optimal transport.

    Parameters
    ----------
    weight, onto : (n,) and (m,) masses that sum to one; zeros are allowed in the first.
    cost : (n, m)
    blur : entropy's weight, in the unit of the cost; the exact cost is reached as it goes to zero.

    Raises
    ------
    FitError
        E549 if the iterations do not settle.
    """
    from scipy.special import logsumexp

    used = weight > 0.0
    log_a, log_b = np.log(weight[used]), np.log(onto)
    kernel = -cost[used] / blur
    g = np.zeros(len(onto))
    for _ in range(MAX_ROUNDS):
        f = -blur * logsumexp(kernel + (g / blur + log_b), axis=1)
        error = np.exp(log_b + g / blur + logsumexp(kernel.T + (f / blur + log_a), axis=1)) - onto
        if np.abs(error).sum() < SETTLED:
            break
        g = -blur * logsumexp(kernel.T + (f / blur + log_a), axis=1)
    else:
        raise FitError(
            f"Optimal transport did not settle in {MAX_ROUNDS} rounds.",
            where=f"blur {blur:g}, costs up to {cost.max():g}",
            matters="the distance would depend on where it stopped.",
            do="use a larger blur, about a twentieth of the mean cost.",
            code="E549",
        )
    # Points of no mass take the potential they would have: the soft minimum of their costs.
    potential = -blur * logsumexp(-cost / blur + (g / blur + log_b), axis=1)
    return Transport(float(weight[used] @ f + onto @ g), np.asarray(potential))


def label_aware(
    points: FloatArray, labels: IntArray, onto: FloatArray, onto_labels: IntArray, price: float
) -> FloatArray:
    """Cost (n, m): distance of the embeddings, and a price where labels differ."""
    gap = np.linalg.norm(points[:, None, :] - onto[None, :, :], axis=2)
    return np.asarray(gap + price * (labels[:, None] != onto_labels[None, :]))
