"""A feed-forward block of experts: each token goes to the few that its router scores highest.

No token is dropped. The balance loss (2501.11873) is E * sum_i f_i p_i with the share of tokens f
over the whole batch, so that experts may specialise within a micro-batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

if TYPE_CHECKING:
    from isoflop.measure.train.weights import Params

BALANCE = 0.01  # weight of the balance loss a layer, 2501.11873 and practice
_GROUP = 64  # tokens that share an expert's weights; measured: 2 to 5 times faster than computing
# every expert on every token, which is what ragged products become on a CPU


def feed_experts(
    block: Params, h: jax.Array, is_token: jax.Array, n_active: int
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Output of the chosen experts, and the two sides of the balance loss.

    Parameters
    ----------
    block : "router" (experts, width), "feed_in" (experts, d_ff, width), "feed_out" (experts,
        width, d_ff).
    h : (rows, seq_len, width).
    is_token : (rows, seq_len), False for padding, which does not count.

    Returns
    -------
    out : (rows, seq_len, width), experts weighted by their gates, which sum to 1.
    routed, gates : (experts,) share of the choices, and mean gate over all experts.
    """
    flat = h.reshape(-1, h.shape[-1])
    scores = flat.astype(jnp.float32) @ block["router"].T
    gates = jax.nn.softmax(scores, -1)
    top, chosen = jax.lax.top_k(gates, n_active)
    weight = top / jnp.sum(top, -1, keepdims=True)
    picked = jax.nn.one_hot(chosen, gates.shape[-1], dtype=jnp.float32)
    out = _apply(block, flat, weight, chosen)
    counted = is_token.reshape(-1, 1).astype(jnp.float32)
    total = jnp.maximum(jnp.sum(counted), 1.0)
    routed = jnp.sum(jnp.sum(picked, 1) * counted, 0) / (total * n_active)
    return out.reshape(h.shape), routed, jnp.sum(gates * counted, 0) / total


def balance_loss(routed: jax.Array, gates: jax.Array) -> jax.Array:
    """Sum over layers of E * sum_i f_i p_i, from (depth, experts) each; no gradient through f."""
    return routed.shape[-1] * jnp.sum(jax.lax.stop_gradient(routed) * gates)


def _apply(block: Params, flat: jax.Array, weight: jax.Array, chosen: jax.Array) -> jax.Array:
    """Run each choice through its expert, (tokens, width).

    Choices are sorted into groups of one expert each, padded at the end, so that all shapes are
    fixed while no token is dropped and at most one group an expert is wasted.

    Parameters
    ----------
    weight, chosen : (tokens, active) factor and number of each chosen expert.
    """
    n, active = chosen.shape
    experts = block["feed_in"].shape[0]
    n_groups = -(-n * active // _GROUP) + experts
    expert = chosen.reshape(-1)
    mine = jax.nn.one_hot(expert, experts, dtype=jnp.int32)
    rank = jnp.sum((jnp.cumsum(mine, 0) - 1) * mine, -1)
    groups = -(-jnp.sum(mine, 0) // _GROUP)
    slot = (jnp.cumsum(groups) - groups)[expert] * _GROUP + rank
    token = jnp.full(n_groups * _GROUP, n).at[slot].set(jnp.arange(n * active) // active)
    owner = jnp.searchsorted(jnp.cumsum(groups), jnp.arange(n_groups), side="right")
    owner = jnp.minimum(owner, experts - 1)
    padded = jnp.concatenate([flat, jnp.zeros_like(flat[:1])])
    x = padded[token].reshape(n_groups, _GROUP, -1)
    up, down = (block[name].astype(flat.dtype)[owner] for name in ("feed_in", "feed_out"))
    hidden = jnp.square(jax.nn.relu(jnp.einsum("gbd,gfd->gbf", x, up)))
    out = jnp.einsum("gbf,gdf->gbd", hidden, down).reshape(n_groups * _GROUP, -1)
    each = out[slot].reshape(n, active, -1)
    return jnp.sum(each * weight[..., None].astype(flat.dtype), 1)
