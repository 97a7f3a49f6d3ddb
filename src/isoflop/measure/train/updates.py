"""Steps that every optimiser shares: clip, treat tensors one by one, decay, scale."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import optax

from isoflop.measure.train.noise_scale import squared_norm
from isoflop.measure.train.optimizer import (
    Layout,
    Number,
    OptimizerSettings,
    Tensor,
    Tree,
    own_axes,
)

_NO_LIMIT = 3e38  # near the largest float32: a norm above it is not finite anyway


def clip(largest: Number) -> optax.GradientTransformation:
    """Scale all gradients together so that their norm is at most this; 0 lets them be.

    The norm is written as the run's record writes it, so that the compiler computes one of them.
    """
    limit = jnp.where(jnp.asarray(largest) > 0, largest, _NO_LIMIT)

    def scaled(gradients: Tree, _: Tree) -> Tree:
        norm = jnp.sqrt(squared_norm(gradients))
        factor = jnp.where(norm < limit, 1.0, limit / norm)  # not finite if the norm is not
        return jax.tree.map(lambda g: g * factor, gradients)

    return optax.stateless(scaled)


def adam(beta1: Number, beta2: Number, eps: Number) -> optax.GradientTransformation:
    """Bias-corrected m / (sqrt(v) + eps), as ``optax.scale_by_adam``.

    The corrections multiply: on a CPU two divisions less a weight are a sixth of the whole update.
    """

    def update(g: jax.Array, state: Tree, params: Tree = None) -> tuple[jax.Array, Tree]:
        count = optax.safe_increment(state.count)
        m = beta1 * state.mu + (1 - beta1) * g
        v = beta2 * state.nu + (1 - beta2) * jnp.square(g)
        of_m, of_v = (1 / (1 - jnp.power(beta, count)) for beta in (beta1, beta2))
        direction = m * of_m / (jnp.sqrt(v * of_v) + eps)
        return direction, optax.ScaleByAdamState(count, m, v)

    return optax.GradientTransformation(optax.scale_by_adam().init, update)


def each_tensor(
    direction: Callable[[OptimizerSettings, Tensor], optax.GradientTransformation],
    settings: OptimizerSettings,
    layout: Layout,
) -> optax.GradientTransformation:
    """Apply a rule for one tensor to each, and to each slice of those that stack layers."""

    def rule(tensor: Tensor, leaf: jax.Array) -> optax.GradientTransformation:
        made = direction(settings, tensor)
        init, update = made.init, made.update
        for _ in range(leaf.ndim - own_axes(tensor.kind)):
            init, update = jax.vmap(init), jax.vmap(update)
        return optax.GradientTransformation(init, update)

    def init(params: Tree) -> Tree:
        leaves = jax.tree.leaves(params)
        return tuple(rule(t, w).init(w) for t, w in zip(_rows(layout), leaves, strict=True))

    def update(gradients: Tree, state: Tree, params: Tree = None) -> tuple[Tree, Tree]:
        leaves, structure = jax.tree.flatten(gradients)
        given = zip(_rows(layout), leaves, state, jax.tree.leaves(params), strict=True)
        moved = [rule(tensor, g).update(g, s, w) for tensor, g, s, w in given]
        directions = jax.tree.unflatten(structure, [u for u, _ in moved])
        return directions, tuple(s for _, s in moved)

    return optax.GradientTransformation(init, update)


def decay(weight_decay: Number, layout: Layout) -> optax.GradientTransformation:
    """Add the weights times their decay."""
    return optax.stateless(
        lambda directions, params: jax.tree.map(
            lambda u, w, factor: u + weight_decay * factor * w, directions, params, layout.decays
        )
    )


def multiply(layout: Layout) -> optax.GradientTransformation:
    """Scale each tensor by the multiplier of its learning rate."""
    return optax.stateless(
        lambda directions, _: jax.tree.map(lambda u, m: u * m, directions, layout.multiplier)
    )


def _rows(layout: Layout) -> list[Tensor]:
    rows = jax.tree.map(
        Tensor, layout.kind, layout.multiplier, layout.decays, layout.eps_multiplier
    )
    return jax.tree.leaves(rows)
