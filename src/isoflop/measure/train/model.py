"""A decoder-only transformer: RMSNorm, rotary positions, attention within documents, squared ReLU.

Squared ReLU (Primer, 2109.08668) is cheaper on a CPU than GELU and no worse for language models.
Weights are (outputs, inputs); blocks stack their layers in the first axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp

from isoflop.measure.train.experts import feed_experts
from isoflop.measure.train.shape import ModelShape
from isoflop.measure.train.weights import Params, Recipe

_ROTARY_BASE = 10_000.0  # RoFormer, 2104.09864
_NORM_EPS = 1e-6
_QUERIES = 64  # positions that read together; of 16 to 128, 32 and 64 were fastest on a CPU
_NEVER = -1e30  # a score that no softmax sees; finite, so that an empty row gives no NaN


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

    rotation: tuple[jax.Array, jax.Array]
    allowed: jax.Array
    is_token: jax.Array


def forward(
    params: Params, batch: Batch, shape: ModelShape, recipe: Recipe, dtype: jnp.dtype
) -> Forward:
    """Logits of every position.

    Parameters
    ----------
    params : blocks as a list, one entry a layer (see ``by_layer``).
    dtype : of the matrix products; norms, scores and logits are float32.
    """
    rule, size = recipe.parametrisation, recipe.size
    around = _Surroundings(
        rotation=_rotation(shape),
        allowed=_allowed(batch.segments),
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


def by_layer(params: Params, depth: int) -> Params:
    """Parameters with the blocks as a list: gradients of slices of one stack cost depth squared."""
    blocks = [jax.tree.map(lambda w, i=i: w[i], params["blocks"]) for i in range(depth)]
    return {**params, "blocks": blocks}


def stacked(params: Params) -> Params:
    """The inverse of ``by_layer``."""
    return {**params, "blocks": jax.tree.map(lambda *w: jnp.stack(w), *params["blocks"])}


def token_losses(logits: jax.Array, batch: Batch) -> jax.Array:
    """Cross-entropy of every position, 0 where there is no token, (rows, seq_len) nat."""
    chosen = jnp.take_along_axis(logits, batch.targets[..., None].astype(jnp.int32), -1)[..., 0]
    return jnp.where(batch.segments > 0, jax.nn.logsumexp(logits, -1) - chosen, 0.0)


def _attend(
    block: Params,
    x: jax.Array,
    shape: ModelShape,
    scale: float,
    around: _Surroundings,
    dtype: jnp.dtype,
) -> jax.Array:
    """Attention branch, (rows, seq_len, width)."""
    rows, length, _ = x.shape
    h = _normed(x, block["attention_norm"]).astype(dtype)
    fused = _linear(h, block["attention_in"].reshape(3 * shape.width, shape.width))
    parts = fused.reshape(rows, length, 3, shape.heads, shape.head_width)
    q, k, v = (parts[:, :, i].transpose(0, 2, 1, 3) for i in range(3))
    q, k = _rotated(q, around.rotation), _rotated(k, around.rotation)
    size = _QUERIES if length % _QUERIES == 0 else length
    ends = range(size, length + 1, size)
    mixed = jnp.concatenate(
        [_looked_up(q[:, :, end - size : end], k, v, scale, around.allowed, end) for end in ends], 2
    ).transpose(0, 2, 1, 3)
    out = _linear(mixed.reshape(rows, length, shape.width), block["attention_out"])
    return out.astype(jnp.float32)


def _looked_up(
    q: jax.Array, k: jax.Array, v: jax.Array, scale: float, allowed: jax.Array, end: int
) -> jax.Array:
    """What the queries that end at ``end`` read, (rows, heads, queries, head_width).

    Later positions are not even looked at: half as many scores as a full square.
    """
    begin = end - q.shape[2]
    scores = scale * jnp.einsum("bhtd,bhsd->bhts", q, k[:, :, :end]).astype(jnp.float32)
    seen = jnp.where(allowed[:, :, begin:end, :end], scores, _NEVER)
    shares = jax.nn.softmax(seen, -1).astype(v.dtype)
    return jnp.einsum("bhts,bhsd->bhtd", shares, v[:, :, :end])


def _linear(x: jax.Array, weight: jax.Array) -> jax.Array:
    return x @ weight.astype(x.dtype).T


def _normed(x: jax.Array, gain: jax.Array) -> jax.Array:
    return x * jax.lax.rsqrt(jnp.mean(jnp.square(x), -1, keepdims=True) + _NORM_EPS) * gain


def _allowed(segments: jax.Array) -> jax.Array:
    """(rows, 1, to, from): not ahead, and within the same piece of a document."""
    length = segments.shape[1]
    same = segments[:, :, None] == segments[:, None, :]
    return (same & jnp.tril(jnp.ones((length, length), bool)))[:, None]


def _rotation(shape: ModelShape) -> tuple[jax.Array, jax.Array]:
    """Cosines and sines, (seq_len, head_width / 2). Positions are relative, so rows share them."""
    half = shape.head_width // 2
    frequency = _ROTARY_BASE ** (-jnp.arange(half, dtype=jnp.float32) / half)
    angle = jnp.arange(shape.seq_len, dtype=jnp.float32)[:, None] * frequency
    return jnp.cos(angle), jnp.sin(angle)


def _rotated(x: jax.Array, rotation: tuple[jax.Array, jax.Array]) -> jax.Array:
    cosine, sine = (part.astype(x.dtype) for part in rotation)
    a, b = jnp.split(x, 2, -1)
    return jnp.concatenate([a * cosine - b * sine, b * cosine + a * sine], -1)
