"""The model: against a slow one written from the definitions, and its invariances."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from isoflop.measure.train.attention import Heads, attend, attention_bias
from isoflop.measure.train.experts import balance_loss, feed_experts
from isoflop.measure.train.model import Batch, forward, token_losses
from isoflop.measure.train.program import first_params, gradients_of, key_of
from isoflop.measure.train.shape import ModelShape, shape_of
from isoflop.measure.train.weights import init_params, layout_of, recipe_of

F32 = jnp.dtype("float32")


def _batch(rows=3, length=32, seed=0, segments=None):
    rng = np.random.default_rng(seed)
    inputs, targets = rng.integers(0, 256, (2, rows, length))
    one = np.ones((rows, length), np.int32) if segments is None else segments
    return Batch(jnp.asarray(inputs), jnp.asarray(targets), jnp.asarray(one))


def _logits(config, batch, params=None):
    key = key_of(config, shape_of(config, 257))
    params = first_params(key, [config]) if params is None else params
    return forward(params, batch, key.shape, key.recipe, jnp.dtype(config.precision)).logits


@lru_cache
def _compiled(key):
    return jax.jit(partial(gradients_of, key))


def _gradients(key, params, batch):
    return _compiled(key)(params, batch)


def _slow_logits(config, tokens):
    """One document, position by position, in NumPy and float64."""
    shape, recipe = shape_of(config, 257), recipe_of(config)
    first = init_params(shape, recipe, config.seed, config.init_scale)
    params = jax.tree.map(lambda w: np.asarray(w, float), first)
    rule, n, half = recipe.parametrisation, len(tokens), shape.head_width // 2

    def norm(x, gain):
        return x / np.sqrt(np.mean(x**2, -1, keepdims=True) + 1e-6) * gain

    def rotate(x, place):
        pairs = x[:half] + 1j * x[half:]
        turned = pairs * np.exp(1j * place * 10000.0 ** (-np.arange(half) / half))
        return np.concatenate([turned.real, turned.imag])

    x = params["embedding"][tokens]
    for block in params["blocks"]:
        h = norm(x, block["attention_norm"])
        q, k, v = (h @ w.T for w in block["attention_in"])
        mixed = np.zeros_like(q)
        for head in range(shape.heads):
            part = slice(head * shape.head_width, (head + 1) * shape.head_width)
            turned = [np.stack([rotate(z[t, part], t) for t in range(n)]) for z in (q, k)]
            scores = turned[0] @ turned[1].T * rule.attention(shape.head_width)
            weights = np.exp(scores) * np.tri(n)
            mixed[:, part] = weights / weights.sum(-1, keepdims=True) @ v[:, part]
        x = x + rule.branch(recipe.size) * mixed @ block["attention_out"].T
        h = norm(x, block["feed_norm"])
        x = x + rule.branch(recipe.size) * (
            np.maximum(h @ block["feed_in"].T, 0) ** 2 @ block["feed_out"].T
        )
    head = params["embedding" if shape.tied else "head"]
    return rule.logits(recipe.size) * norm(x, params["final_norm"]) @ head.T


@pytest.mark.parametrize(
    "changes", [{}, {"parametrisation": "sp", "tied": False}, {"parametrisation": "completep"}]
)
def test_logits_equal_those_of_a_slow_model_from_the_definitions(small, changes):
    config = small(depth=3, init_scale=2.0, **changes)
    batch = _batch(rows=2)
    slow = [_slow_logits(config, np.asarray(row)) for row in batch.inputs]
    np.testing.assert_allclose(_logits(config, batch), slow, rtol=2e-4, atol=2e-5)


def test_packed_documents_give_the_logits_they_give_alone(small):
    config = small(depth=2, init_scale=2.0)
    packed = _batch(rows=1, segments=np.repeat([[1, 2, 3, 0]], [9, 14, 5, 4], axis=1))
    together = _logits(config, packed)
    alone = Batch(*(jnp.roll(part, -9, 1).at[:, 14:].set(0) for part in packed))
    np.testing.assert_allclose(_logits(config, alone)[0, :14], together[0, 9:23], atol=2e-5)


def test_padding_costs_nothing():
    batch = _batch(rows=1, segments=np.repeat([[1, 0]], [20, 12], axis=1))
    losses = token_losses(jnp.zeros((1, 32, 257)), batch)
    np.testing.assert_allclose(losses[0, :20], np.log(257), rtol=1e-6)
    assert not losses[0, 20:].any()


def test_micro_batches_of_ragged_lengths_give_the_gradient_of_the_whole_batch(small):
    segments = (np.arange(32) < np.array([[32], [5], [17], [29]])).astype(np.int32)
    batch = _batch(rows=4, segments=segments)
    whole, parts = small(micro_batches=1), small(micro_batches=4)
    keys = [key_of(config, shape_of(config, 257)) for config in (whole, parts)]
    params = first_params(keys[0], [whole])
    (one, log), (summed, log_of_parts) = (_gradients(key, params, batch) for key in keys)
    for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(summed), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6 * float(jnp.abs(a).max()))
    assert float(log.loss) == pytest.approx(float(log_of_parts.loss), rel=1e-6)


def test_noise_norms_are_those_of_micro_batch_means(small):
    config = small(micro_batches=2, noise_scale_every=1)
    key = key_of(config, shape_of(config, 257))
    params, batch = first_params(key, [config]), _batch(rows=4)
    halves = [Batch(*(part[i : i + 2] for part in batch)) for i in (0, 2)]
    alone = replace(key, micro_batches=1)
    squares = [float(_gradients(alone, params, half)[1].grad_norm) ** 2 for half in halves]
    _, log = _gradients(key, params, batch)
    assert float(log.noise_small) == pytest.approx(np.mean(squares), rel=1e-5)
    assert float(log.noise_big) == pytest.approx(float(log.grad_norm) ** 2, rel=1e-5)


def test_bfloat16_is_close_to_float32(small):
    batch = _batch()
    exact = _logits(small(), batch)
    rough = _logits(small(precision="bfloat16"), batch)
    assert rough.dtype == jnp.float32
    np.testing.assert_allclose(rough, exact, atol=0.02 * float(jnp.abs(exact).max()))


def test_attention_has_the_gradient_of_its_definition():
    rng, heads = np.random.default_rng(0), Heads(2, 8, 0.3)
    fused = jnp.asarray(rng.normal(size=(2, 192, 48)), F32)
    weight = jnp.asarray(rng.normal(size=(2, 192, 16)), F32)
    bias = attention_bias(jnp.asarray(np.repeat([[1, 2, 3, 0], [1, 1, 1, 2]], [70, 9, 100, 13], 1)))

    def plain(fused):
        q, k, v = (fused.reshape(2, 192, 3, 2, 8)[:, :, i] for i in range(3))
        angle = jnp.arange(192.0)[:, None, None] * 10000.0 ** (-jnp.arange(4) / 4)
        turned = [jax.lax.complex(z[..., :4], z[..., 4:]) * jnp.exp(1j * angle) for z in (q, k)]
        scores = 0.3 * jnp.einsum("bthd,bshd->bhts", turned[0], turned[1].conj()).real
        return jnp.einsum("bhts,bshd->bthd", jax.nn.softmax(scores + bias, -1), v)

    def total(read):
        return lambda fused: jnp.sum(weight * read(fused).reshape(weight.shape))

    both = [
        jax.jit(jax.value_and_grad(total(f))) for f in (partial(attend, heads, bias=bias), plain)
    ]
    (mine, my_slope), (derived, slope) = (f(fused) for f in both)
    assert float(mine) == pytest.approx(float(derived), rel=1e-5)
    np.testing.assert_allclose(my_slope, slope, atol=2e-5)


def test_cross_entropy_has_the_gradient_of_its_definition():
    rng = np.random.default_rng(0)
    batch = _batch(rows=2, segments=np.repeat([[1, 2, 0], [1, 1, 1]], [9, 15, 8], 1))
    logits = jnp.asarray(20 * rng.normal(size=(2, 32, 257)), F32)
    weight = jnp.asarray(rng.normal(size=(2, 32)), F32)

    def plain(logits):
        chosen = jax.nn.one_hot(batch.targets, 257) * jax.nn.log_softmax(logits)
        return jnp.where(batch.segments > 0, -jnp.sum(chosen, -1), 0.0)

    np.testing.assert_allclose(token_losses(logits, batch), plain(logits), rtol=1e-5, atol=1e-5)
    mine, derived = (
        jax.grad(lambda x, f=f: jnp.sum(weight * f(x)))(logits)
        for f in (partial(token_losses, batch=batch), plain)
    )
    np.testing.assert_allclose(mine, derived, atol=1e-6)


@pytest.mark.parametrize("active", [1, 2, 5])
def test_experts_equal_a_loop_over_tokens(active):
    rng, d, f, n_experts = np.random.default_rng(0), 8, 12, 5
    block = {
        "router": rng.normal(size=(n_experts, d)),
        "feed_in": rng.normal(size=(n_experts, f, d)),
        "feed_out": rng.normal(size=(n_experts, d, f)),
    }
    h = rng.normal(size=(2, 70, d))
    out, routed, gates = feed_experts(
        jax.tree.map(lambda w: jnp.asarray(w, F32), block),
        jnp.asarray(h, F32),
        jnp.ones((2, 70), bool),
        active,
    )
    scores = h @ block["router"].T
    gate = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    chosen = np.argsort(-gate, -1)[..., :active]
    expected = np.zeros_like(h)
    for place in np.ndindex(2, 70):
        mine = chosen[place]
        for expert in mine:
            fed = block["feed_out"][expert] @ (
                np.maximum(block["feed_in"][expert] @ h[place], 0) ** 2
            )
            expected[place] += gate[place][expert] / gate[place][mine].sum() * fed
    np.testing.assert_allclose(out, expected, rtol=1e-4, atol=1e-4)
    counts = np.bincount(chosen.ravel(), minlength=n_experts)
    np.testing.assert_allclose(routed, counts / counts.sum(), atol=1e-6)
    np.testing.assert_allclose(gates, gate.mean((0, 1)), atol=1e-6)


def test_the_balance_loss_is_one_a_layer_when_all_experts_share_alike():
    even = jnp.full((3, 8), 1 / 8)
    assert float(balance_loss(even, even)) == pytest.approx(3.0)
    collapsed = jnp.zeros((3, 8)).at[:, 0].set(1.0)
    assert float(balance_loss(collapsed, collapsed)) == pytest.approx(24.0)


def test_counts_of_parameters_are_those_of_the_arrays():
    shape = ModelShape(257, 16, 3, 2, 64, 32, tied=False, experts=4, experts_active=2)
    recipe = recipe_of_shape(shape)
    arrays = init_params(shape, recipe)
    gains = 3 * 2 * 16 + 16
    assert sum(w.size for w in jax.tree.leaves(arrays)) == shape.params + gains
    dense = replace(shape, experts=0, experts_active=0)
    inactive = 3 * 2 * (2 * 16 * 64)
    assert shape.params_active == shape.params - inactive
    routers = 6 * 3 * 16 * 4
    twice_as_wide = replace(dense, d_ff=128)
    assert shape.flops_per_token == twice_as_wide.flops_per_token + routers


def recipe_of_shape(shape):
    from isoflop.measure.train.config import TrainConfig

    return recipe_of(
        TrainConfig("x", shape.width, shape.depth, shape.heads, steps=1, lr=1.0, d_ff=shape.d_ff)
    )


@pytest.mark.parametrize("name", ["mup", "completep"])
def test_parametrisations_agree_at_the_base_size(small, name):
    base = {"width": 64, "depth": 2, "heads": 2, "base_width": 64, "base_depth": 2}
    shape = shape_of(small(**base), 257)
    recipes = [recipe_of(small(parametrisation=p, **base)) for p in ("sp", name)]
    for a, b in zip(*(jax.tree.leaves(init_params(shape, r)) for r in recipes), strict=True):
        np.testing.assert_array_equal(a, b)
    rows = [layout_of(shape, recipe, 1.0) for recipe in recipes]
    assert rows[0] == rows[1]
    sizes = [(r.parametrisation.attention(32), r.parametrisation.logits(r.size)) for r in recipes]
    assert sizes[0] == pytest.approx(sizes[1])


def test_the_layout_follows_the_table_of_completep(small):
    config = small(
        width=128, depth=8, heads=4, parametrisation="completep", base_width=32, base_depth=2
    )
    layout = layout_of(shape_of(config, 257), recipe_of(config), 1.0)
    assert len(layout.kind["blocks"]) == 8
    blocks = {name: tree["blocks"][7]["feed_in"] for name, tree in vars(layout).items()}
    assert blocks == {
        "multiplier": 1 / 4,
        "kind": "hidden",
        "decays": 4.0,
        "eps_multiplier": 1 / 16,
    }
    outside = {name: tree["embedding"] for name, tree in vars(layout).items()}
    assert outside == {
        "multiplier": 1.0,
        "kind": "embedding",
        "decays": 1.0,
        "eps_multiplier": 1 / 4,
    }
    assert layout.decays["final_norm"] == layout.decays["blocks"][0]["feed_norm"] == 0.0
    assert recipe_of(config).parametrisation.branch(recipe_of(config).size) == 1 / 4
