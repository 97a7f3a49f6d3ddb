"""A decoder-only transformer: RMSNorm, rotary positions, attention within documents, squared ReLU.

Squared ReLU (Primer, 2109.08668) is cheaper on a CPU than GELU and no worse for language models.
Weights are (outputs, inputs); blocks are a list, one entry a layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp

from isoflop.measure.train.attention import Heads, attend, attention_bias
from isoflop.measure.train.experts import feed_experts
from isoflop.measure.train.shape import ModelShape
from isoflop.measure.train.weights import Params, Recipe

_NORM_EPS = 1e-6


Array: TypeAlias = Any  # of JAX, or of NumPy on its way to the device


class Batch(NamedTuple):
    """Rows of tokens, each (rows, seq_len).

    Parameters
    ----------
    inputs, targets : ids; a target is the token after its input.
    segments : number of the document piece within the row, 0 for padding.
    """

    inputs: Array
    targets: Array
    segments: Array


class Forward(NamedTuple):
    """What a pass gives.

    Parameters
    ----------
    logits : (rows, seq_len, vocab) float32.
    routed, gates : (depth, experts) share of the tokens sent to, and mean gate of, each expert;
        None for a dense model.
    stream : (rows, seq_len, width) after each block.
    """

    logits: jax.Array
    routed: jax.Array | None
    gates: jax.Array | None
    stream: list[jax.Array]


@dataclass(frozen=True)
class _Surroundings:
    """What every block of one pass shares."""

    bias: jax.Array
    is_token: jax.Array


def forward(
    params: Params, batch: Batch, shape: ModelShape, recipe: Recipe, dtype: jnp.dtype
) -> Forward:
    """Logits of every position.

    Parameters
    ----------
    dtype : of the matrix products; norms, scores and logits are float32.
    """
    rule, size = recipe.parametrisation, recipe.size
    around = _Surroundings(
        bias=attention_bias(batch.segments),
        is_token=batch.segments > 0,
    )
    x = params["embedding"][batch.inputs]
    branch = rule.branch(size)
    stream, routes = [], []
    for block in params["blocks"]:
        x = x + branch * _attend(block, x, shape, rule.attention(shape.head_width), around, dtype)
        h = _normed(x, block["feed_norm"]).astype(dtype)
        if shape.experts:
            fed, routed, gates = feed_experts(block, h, around.is_token, shape.experts_active)
            routes.append((routed, gates))
        else:
            fed = _linear(jnp.square(jax.nn.relu(_linear(h, block["feed_in"]))), block["feed_out"])
        x = x + branch * fed.astype(jnp.float32)
        stream.append(x)
    head = params["embedding" if shape.tied else "head"]
    last = _normed(x, params["final_norm"]).astype(dtype)
    logits = rule.logits(size) * _linear(last, head).astype(jnp.float32)
    if not routes:
        return Forward(logits, None, None, stream)
    return Forward(
        logits, jnp.stack([r for r, _ in routes]), jnp.stack([g for _, g in routes]), stream
    )


def token_losses(logits: jax.Array, batch: Batch) -> jax.Array:
    """Cross-entropy of every position, 0 where there is no token, (rows, seq_len) nat."""
    losses = _cross_entropy(logits, batch.targets.astype(jnp.int32))
    return jnp.where(batch.segments > 0, losses, 0.0)


@jax.custom_vjp
def _cross_entropy(logits: jax.Array, targets: jax.Array) -> jax.Array:
    return _cross_entropy_forward(logits, targets)[0]


def _cross_entropy_forward(
    logits: jax.Array, targets: jax.Array
) -> tuple[jax.Array, tuple[jax.Array, ...]]:
    top = jnp.max(logits, -1, keepdims=True)
    weight = jnp.exp(logits - top)
    total = jnp.sum(weight, -1)
    chosen = jnp.take_along_axis(logits, targets[..., None], -1)
    return jnp.log(total) + (top - chosen)[..., 0], (weight, total, targets)


def _cross_entropy_backward(
    saved: tuple[jax.Array, ...], gradient: jax.Array
) -> tuple[jax.Array, None]:
    """Shares less one at the target, in one pass; the derived one fills and adds another array."""
    weight, total, targets = saved
    is_target = jnp.arange(weight.shape[-1]) == targets[..., None]
    target = jnp.where(is_target, gradient[..., None], 0.0)
    return weight * (gradient / total)[..., None] - target, None


_cross_entropy.defvjp(_cross_entropy_forward, _cross_entropy_backward)


def _attend(
    block: Params,
    x: jax.Array,
    shape: ModelShape,
    scale: float,
    around: _Surroundings,
    dtype: jnp.dtype,
) -> jax.Array:
    """Attention branch, (rows, seq_len, width)."""
    h = _normed(x, block["attention_norm"]).astype(dtype)
    fused = _linear(h, block["attention_in"].reshape(3 * shape.width, shape.width))
    read = attend(Heads(shape.heads, shape.head_width, scale), fused, around.bias)
    return _linear(read, block["attention_out"]).astype(jnp.float32)


def _linear(x: jax.Array, weight: jax.Array) -> jax.Array:
    return x @ weight.astype(x.dtype).T


def _normed(x: jax.Array, gain: jax.Array) -> jax.Array:
    return x * jax.lax.rsqrt(jnp.mean(jnp.square(x), -1, keepdims=True) + _NORM_EPS) * gain
