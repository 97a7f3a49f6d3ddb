"""Causal attention within documents, with rotary positions and a gradient of its own.

The gradient is written out because the derived one divides, pads and transposes arrays of scores;
this one touches each score as rarely as it can (FlashAttention-2, 2307.08691, in blocks of queries
alone): shares are normalised after the values are mixed, and never themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp

_ROTARY_BASE = 10_000.0  # RoFormer, 2104.09864
_QUERIES = 64  # positions that read together; of 16 to 128, 32 and 64 were fastest on a CPU
_NEVER = -1e30  # a score that no softmax sees; finite, so that an empty row gives no NaN

_Saved: TypeAlias = tuple[Any, ...]  # Any: arrays and lists of them


@dataclass(frozen=True)
class Heads:
    """How the width of a block is read by attention.

    Parameters
    ----------
    heads, head_width : number, and numbers in each.
    scale : factor of the scores.
    """

    heads: int
    head_width: int
    scale: float


def attention_bias(segments: jax.Array) -> jax.Array:
    """Added to the scores, (rows, 1, to, from): 0 within a piece of a document and not ahead.

    Numbers, not truths: adding them takes a CPU a quarter of the time of choosing by them.
    """
    length = segments.shape[1]
    same = segments[:, :, None] == segments[:, None, :]
    allowed = same & jnp.tril(jnp.ones((length, length), bool))
    return jnp.where(allowed, 0.0, _NEVER).astype(jnp.float32)[:, None]


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def attend(heads: Heads, fused: jax.Array, bias: jax.Array) -> jax.Array:
    """What each position reads, (rows, seq_len, width).

    Parameters
    ----------
    fused : (rows, seq_len, 3 * width) queries, keys and values.
    bias : (rows, 1, seq_len, seq_len), see ``attention_bias``; it has no gradient.
    """
    return _forward(heads, fused, bias)[0]


def _forward(heads: Heads, fused: jax.Array, bias: jax.Array) -> tuple[jax.Array, _Saved]:
    rows, length, _ = fused.shape
    parts = fused.reshape(rows, length, 3, heads.heads, heads.head_width)
    q, k, v = (parts[:, :, i].transpose(0, 2, 1, 3) for i in range(3))
    cosine, sine = _rotation(length, heads.head_width)
    q = _rotated(q, heads.scale * cosine, heads.scale * sine).astype(fused.dtype)
    k = _rotated(k, cosine, sine).astype(fused.dtype)
    weights, totals, mixed = [], [], []
    for begin, end in _blocks(length):
        scores = _product("bhtd,bhsd->bhts", q[:, :, begin:end], k[:, :, :end])
        scores = scores + bias[:, :, begin:end, :end]
        weight = jnp.exp(scores - jnp.max(scores, -1, keepdims=True))
        total = jnp.sum(weight, -1, keepdims=True)
        weight = weight.astype(fused.dtype)
        mixed.append(_product("bhts,bhsd->bhtd", weight, v[:, :, :end]) / total)
        weights.append(weight)
        totals.append(total)
    read = jnp.concatenate(mixed, 2).astype(fused.dtype)
    out = read.transpose(0, 2, 1, 3).reshape(rows, length, -1)
    return out, (q, k, v, weights, jnp.concatenate(totals, 2), read)


def _backward(heads: Heads, saved: _Saved, gradient: jax.Array) -> tuple[jax.Array, None]:
    """With P the shares: dS = P (dP - sum_s P dP), and the sum is that of g times what was read."""
    q, k, v, weights, totals, read = saved
    rows, length, width = gradient.shape
    g = gradient.reshape(rows, length, heads.heads, heads.head_width).transpose(0, 2, 1, 3)
    g = (g / totals).astype(gradient.dtype)
    common = jnp.sum((g * read).astype(jnp.float32), -1, keepdims=True)
    dq, dk, dv = [], [], []
    for weight, (begin, end) in zip(weights, _blocks(length), strict=True):
        here = slice(begin, end)
        shares = _product("bhtd,bhsd->bhts", g[:, :, here], v[:, :, :end])
        scores = (weight * (shares - common[:, :, here])).astype(q.dtype)
        dq.append(_product("bhts,bhsd->bhtd", scores, k[:, :, :end]))
        dk.append(_product("bhtd,bhts->bhds", q[:, :, here], scores))
        dv.append(_product("bhtd,bhts->bhds", g[:, :, here], weight))
    cosine, sine = _rotation(length, heads.head_width)
    turned = (
        _rotated(jnp.concatenate(dq, 2), heads.scale * cosine, -heads.scale * sine),
        _rotated(_summed(dk).swapaxes(2, 3), cosine, -sine),
        _summed(dv).swapaxes(2, 3),
    )
    each = [part.astype(gradient.dtype).transpose(0, 2, 1, 3) for part in turned]
    whole = jnp.stack(each, 2).reshape(rows, length, 3 * width)
    # The barrier keeps both readers of the gradient from assembling it anew.
    fused: jax.Array = jax.lax.optimization_barrier(whole)  # type: ignore[no-untyped-call]
    return fused, None


attend.defvjp(_forward, _backward)


def _blocks(length: int) -> list[tuple[int, int]]:
    """Queries that read together. Later positions are not even looked at: half the scores."""
    size = _QUERIES if length % _QUERIES == 0 else length
    return [(end - size, end) for end in range(size, length + 1, size)]


def _product(subscripts: str, a: jax.Array, b: jax.Array) -> jax.Array:
    product: jax.Array = jnp.einsum(subscripts, a, b, preferred_element_type=jnp.float32)
    return product


def _summed(parts: list[jax.Array]) -> jax.Array:
    """Sum of the blocks' gradients, of which each reaches as far as its own end."""
    ends = [0, *(part.shape[-1] for part in parts)]
    columns = []
    for i, (begin, end) in enumerate(pairwise(ends)):
        column = parts[i][..., begin:end]
        for later in parts[i + 1 :]:
            column = column + later[..., begin:end]
        columns.append(column)
    return jnp.concatenate(columns, -1)


def _rotation(length: int, head_width: int) -> tuple[jax.Array, jax.Array]:
    """Cosines and sines, (seq_len, head_width / 2). Positions are relative, so rows share them."""
    half = head_width // 2
    frequency = _ROTARY_BASE ** (-jnp.arange(half, dtype=jnp.float32) / half)
    angle = jnp.arange(length, dtype=jnp.float32)[:, None] * frequency
    return jnp.cos(angle), jnp.sin(angle)


def _rotated(x: jax.Array, cosine: jax.Array, sine: jax.Array) -> jax.Array:
    a, b = jnp.split(x, 2, -1)
    return jnp.concatenate([a * cosine - b * sine, b * cosine + a * sine], -1)
