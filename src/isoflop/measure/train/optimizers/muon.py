"""Muon: the momentum of every hidden matrix with its singular values drawn to one.

Embeddings, head and vectors take AdamW. Hidden directions are scaled by 0.2 sqrt(larger side),
which matches the size of AdamW's steps (2502.16982), so that one learning rate serves all tensors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax.numpy as jnp
import optax
import optax.contrib

from isoflop.measure.train.optimizer import Optimizer, OptimizerSettings, Tensor, Tree

if TYPE_CHECKING:
    import jax

ADAM_RMS = 0.2  # root mean square of AdamW's steps in practice, 2502.16982 section 2.2


def direction(settings: OptimizerSettings, tensor: Tensor) -> optax.GradientTransformation:
    """Nesterov momentum through five Newton-Schulz steps, or Adam's direction."""
    if tensor.kind != "hidden":
        eps = settings.eps * tensor.eps_multiplier
        return optax.scale_by_adam(settings.beta1, settings.beta2, eps)
    return optax.chain(
        optax.contrib.scale_by_muon(beta=settings.momentum), optax.stateless(_as_large_as_adam)
    )


def _as_large_as_adam(matrix: jax.Array, _: Tree) -> jax.Array:
    return matrix * (ADAM_RMS * jnp.sqrt(max(matrix.shape)))


OPTIMIZER = Optimizer(
    name="muon",
    source="Jordan et al., Muon, 2024; Liu et al., Muon is Scalable for LLM Training, 2502.16982",
    direction=direction,
    states_per_weight=1,
    # An orthogonal step of n by n entries of size r has spectral norm r sqrt(n), Adam's aligned
    # one r n: what muP holds fixed needs half the power (own derivation).
    width_power=0.5,
)
