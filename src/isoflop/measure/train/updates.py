"""Steps that every optimiser shares: clip, treat tensors one by one, decay, scale."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import optax

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
    """Scale all gradients together so that their norm is at most this; 0 lets them be."""
    return optax.clip_by_global_norm(jnp.where(jnp.asarray(largest) > 0, largest, _NO_LIMIT))


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
