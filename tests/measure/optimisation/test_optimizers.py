"""Every optimiser against first steps worked out by hand, and the scaling that all share."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache, partial
from typing import Any

import numpy as np
import pytest

from isoflop.core.errors import UsageError
from isoflop.core.members import find_members
from isoflop.measure.train.optimizer import (
    Layout,
    OptimizerSettings,
    get_optimizer,
    optimizer_names,
)

jax = pytest.importorskip("jax")
optax = pytest.importorskip("optax")
jnp = jax.numpy

LR = 0.01
NO_DECAY = OptimizerSettings(lr=LR, weight_decay=0.0, clip=0.0)
NAMES = optimizer_names()
KINDS = {"embedding": "embedding", "hidden": "hidden", "gain": "vector"}
SHAPES = {"embedding": (7, 4), "hidden": (3, 4, 6), "gain": (3, 4)}
ONES = dict.fromkeys(KINDS, 1.0)
HIDDEN_ALONE = Layout({"hidden": 1.0}, {"hidden": "hidden"}, {"hidden": 1.0}, {"hidden": 1.0})

Tensors = dict[str, Any]


def tensors(seed: int) -> Tensors:
    rng = np.random.default_rng(seed)
    return {name: jnp.asarray(rng.normal(size=s), jnp.float32) for name, s in SHAPES.items()}


PARAMS, GRADIENTS = tensors(1), tensors(2)


def layout(**columns: Tensors) -> Layout:
    plain = {"multiplier": ONES, "kind": KINDS, "decays": ONES, "eps_multiplier": ONES}
    return Layout(**(plain | columns))


def update(
    name: str,
    settings: OptimizerSettings = NO_DECAY,
    scaled: Layout | None = None,
    *,
    params: Tensors = PARAMS,
    gradients: Tensors = GRADIENTS,
    count: int = 1,
    moving: bool = True,
) -> Tensors:
    """Update number ``count`` when every step shows the same gradients."""
    start, step = compiled(name, scaled or layout())
    state = start(params)
    for _ in range(count):
        updates, moved, state = step(params, state, gradients, asdict(settings))
        params = moved if moving else params
    return {key: np.asarray(value, float) for key, value in updates.items()}


def compiled(name: str, scaled: Layout) -> tuple[Any, Any]:
    """First state and one step, compiled once for every setting and scale."""
    start, step = _compiled(name, tuple(sorted(scaled.kind.items())))
    columns = scaled.multiplier, scaled.decays, scaled.eps_multiplier
    return start, lambda *given: step(*given, columns)


@cache
def _compiled(name: str, kinds: tuple[tuple[str, str], ...]) -> tuple[Any, Any]:
    def build(numbers: Any, columns: Any) -> Any:
        settings = OptimizerSettings(**numbers)
        multiplier, decays, eps = columns
        scaled = Layout(multiplier, dict(kinds), decays, eps)
        return get_optimizer(name).build(settings, lambda _: settings.lr, scaled)

    def start(params: Tensors) -> Any:
        ones = dict.fromkeys(params, 1.0)
        return build(asdict(NO_DECAY), (ones, ones, ones)).init(params)

    def step(params: Tensors, state: Any, gradients: Tensors, numbers: Any, columns: Any) -> Any:
        updates, state = build(numbers, columns).update(gradients, state, params)
        return updates, optax.apply_updates(params, updates), state

    return jax.jit(start), jax.jit(step)


def close(found: Tensors, expected: Tensors, rtol: float = 2e-5) -> None:
    for key in expected:
        np.testing.assert_allclose(found[key], expected[key], rtol=rtol, atol=1e-9, err_msg=key)


def each(function: Any, *trees: Tensors) -> Tensors:
    return {key: np.asarray(function(*(np.asarray(t[key]) for t in trees))) for key in trees[0]}


def distance(found: Tensors, target: Tensors) -> float:
    return float(sum(np.sum(d**2) for d in each(np.subtract, found, target).values()))


def sign_steps(scale: float) -> Tensors:
    return each(lambda g: -LR * scale * np.sign(g), GRADIENTS)


def test_every_file_of_the_family_declares_the_optimiser_of_its_name():
    members = find_members("isoflop.measure.train.optimizers", "OPTIMIZER")
    assert tuple(member.name for member in members) == NAMES


def test_a_misspelt_optimiser_suggests_the_nearest():
    with pytest.raises(UsageError, match="adamw") as caught:
        get_optimizer("adamv")
    assert caught.value.code == "E101"


# First steps ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["adamw", "lion", "signum"])
def test_the_first_step_is_the_learning_rate_against_the_sign(name):
    close(update(name), sign_steps(1.0))


def test_ademamix_adds_the_slow_mean_to_adam():
    close(update("ademamix"), sign_steps(1.0 + 2.0 * 0.001), rtol=1e-4)


def test_adopt_learns_the_second_moment_first_and_then_steps():
    close(update("adopt"), sign_steps(0.0))
    close(update("adopt", count=2), sign_steps(1 - 0.9))


def test_sgd_follows_the_gradient_and_gathers_momentum():
    close(update("sgd"), each(lambda g: -LR * g, GRADIENTS))
    close(update("sgd", count=3), each(lambda g: -LR * (1 + 0.9 + 0.81) * g, GRADIENTS))


def test_adam_divides_by_the_epsilon_of_each_tensor():
    settings = OptimizerSettings(lr=LR, weight_decay=0.0, clip=0.0, eps=0.5)
    scaled = layout(eps_multiplier=ONES | {"hidden": 3.0})
    expected = each(lambda g: -LR * g / (np.abs(g) + 0.5), GRADIENTS)
    hidden = np.asarray(GRADIENTS["hidden"])
    expected["hidden"] = -LR * hidden / (np.abs(hidden) + 1.5)
    close(update("adamw", settings, scaled), expected)


def test_adafactor_divides_by_a_row_and_a_column_of_every_layer():
    def by_hand(g):
        square = g**2
        row, column = square.mean(-1, keepdims=True), square.mean(-2, keepdims=True)
        direction = g / np.sqrt(row * column / square.mean((-2, -1), keepdims=True))
        size = np.sqrt((direction**2).mean((-2, -1), keepdims=True))
        return -LR * direction / np.maximum(1.0, size)

    expected = each(by_hand, GRADIENTS) | {"gain": sign_steps(1.0)["gain"]}
    close(update("adafactor"), expected, rtol=1e-4)


def test_lamb_steps_as_far_as_the_weights_of_each_layer_are_long():
    settings = OptimizerSettings(lr=LR, weight_decay=0.3, clip=0.0)
    found = update("lamb", settings)["hidden"]
    g, w = np.asarray(GRADIENTS["hidden"]), np.asarray(PARAMS["hidden"])
    direction = np.sign(g) + 0.3 * w
    ratio = np.linalg.norm(w, axis=(1, 2)) / np.linalg.norm(direction, axis=(1, 2))
    np.testing.assert_allclose(found, -LR * ratio[:, None, None] * direction, rtol=1e-4)


def test_muon_steps_along_the_singular_vectors_of_each_layer():
    found = update("muon")
    u, _, vt = np.linalg.svd(np.asarray(GRADIENTS["hidden"]), full_matrices=False)
    scale = -LR * 0.2 * np.sqrt(6)
    along = np.diagonal(np.swapaxes(u, 1, 2) @ found["hidden"] @ np.swapaxes(vt, 1, 2), 0, 1, 2)
    assert np.all((along / scale > 0.65) & (along / scale < 1.25))  # the iteration's own range
    rest = found["hidden"] - (u * along[:, None, :]) @ vt
    assert np.abs(rest).max() < 1e-5 * np.abs(scale)
    close(found, {key: sign_steps(1.0)[key] for key in ("embedding", "gain")})


def test_muon_is_as_large_as_adam_on_wide_matrices():
    rng = np.random.default_rng(3)
    g = {"hidden": jnp.asarray(rng.normal(size=(48, 96)), jnp.float32)}
    step = update("muon", NO_DECAY, HIDDEN_ALONE, params=g, gradients=g)["hidden"]
    assert np.sqrt(np.mean(step**2)) == pytest.approx(0.2 * LR, rel=0.15)


def test_schedule_free_first_steps_by_hand():
    g = np.asarray(GRADIENTS["gain"], float)
    w = np.asarray(PARAMS["gain"], float)
    settings = OptimizerSettings(lr=LR, weight_decay=0.0, clip=0.0)
    z1 = w - LR * np.sign(g)  # c = 1: the mean starts at the first fast point
    np.testing.assert_allclose(update("schedule_free", settings)["gain"], z1 - w, rtol=1e-3)
    z2 = z1 - LR * np.sign(g)
    x2 = 0.5 * z1 + 0.5 * z2
    y2 = 0.1 * z2 + 0.9 * x2
    found = update("schedule_free", settings, count=2)["gain"]
    np.testing.assert_allclose(found, y2 - z1, rtol=1e-3)


def test_schedule_free_evaluates_the_mean_and_the_others_the_weights_themselves():
    start, step = compiled("schedule_free", layout())
    state, params = start(PARAMS), PARAMS
    fast = []
    for _ in range(4):
        _, params, state = step(params, state, GRADIENTS, asdict(NO_DECAY))
        fast.append(state.z["gain"])
    evaluated = get_optimizer("schedule_free").evaluation_params(state, params)["gain"]
    np.testing.assert_allclose(evaluated, np.mean(np.asarray(fast, float), axis=0), rtol=1e-4)
    assert get_optimizer("adamw").evaluation_params(state, params) is params


# What all share -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_quadratic_is_reduced(name):
    target = tensors(5)
    settings = asdict(OptimizerSettings(lr=0.03, weight_decay=0.0))
    start, step = compiled(name, layout())
    params, state = PARAMS, start(PARAMS)
    for _ in range(600):
        _, params, state = step(params, state, each(lambda w, t: w - t, params, target), settings)
    evaluated = get_optimizer(name).evaluation_params(state, params)
    assert distance(evaluated, target) < 0.02 * distance(PARAMS, target)


@pytest.mark.parametrize("name", NAMES)
def test_the_multiplier_scales_the_step_exactly(name):
    scaled = layout(multiplier=ONES | {"hidden": 0.25, "gain": 2.0})
    plain = update(name, count=2, moving=False)
    found = update(name, NO_DECAY, scaled, count=2, moving=False)
    close(found, {key: scaled.multiplier[key] * plain[key] for key in plain}, rtol=1e-3)


@pytest.mark.parametrize("name", [n for n in NAMES if n != "lamb"])
def test_weight_decay_is_rate_times_multiplier_times_factor(name):
    settings = OptimizerSettings(lr=LR, weight_decay=0.2, clip=0.0)
    columns = {"multiplier": ONES | {"hidden": 0.25}, "decays": ONES | {"hidden": 4.0, "gain": 0.0}}
    scaled = layout(**columns)
    nothing = each(np.zeros_like, GRADIENTS)
    found = update(name, settings, scaled, gradients=nothing)
    expected = each(lambda w: -LR * 0.2 * w, PARAMS)  # 0.25 * 4 leaves lr * decay as it was
    expected["gain"] = np.zeros_like(expected["gain"])
    atol = {"atol": 2e-7}  # rounding of a weight: schedule-free recomputes it
    for key, value in expected.items():
        np.testing.assert_allclose(found[key], value, rtol=1e-4, **atol, err_msg=key)


def test_lamb_leaves_tensors_without_decay_alone():
    scaled = layout(decays=ONES | {"gain": 0.0})
    settings = OptimizerSettings(lr=LR, weight_decay=0.2)
    found = update("lamb", settings, scaled, gradients=each(np.zeros_like, GRADIENTS))
    assert np.all(found["gain"] == 0.0)
    assert np.all(found["hidden"] != 0.0)


@pytest.mark.parametrize(("clip", "factor"), [(0.0, 1.0), (1e6, 1.0), (0.5, None)])
def test_gradients_are_clipped_by_their_global_norm(clip, factor):
    norm = np.sqrt(sum(np.sum(np.asarray(g) ** 2) for g in GRADIENTS.values()))
    settings = OptimizerSettings(lr=LR, weight_decay=0.0, clip=clip)
    expected = each(lambda g: -LR * (factor or clip / norm) * g, GRADIENTS)
    close(update("sgd", settings), expected)


@pytest.mark.parametrize("name", ["adamw", "adafactor", "lamb", "muon"])
def test_stacked_layers_are_treated_one_by_one(name):
    if_alone = {"hidden": PARAMS["hidden"][1]}, {"hidden": GRADIENTS["hidden"][1]}
    found = update(name, NO_DECAY, HIDDEN_ALONE, params=if_alone[0], gradients=if_alone[1], count=2)
    whole = update(name, count=2)["hidden"][1]
    np.testing.assert_allclose(found["hidden"], whole, rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_runs_that_differ_in_settings_train_stacked_as_they_do_alone(name):
    runs = [OptimizerSettings(lr=0.01), OptimizerSettings(lr=0.1, weight_decay=0.3, beta1=0.8)]
    stack = partial(jax.tree.map, lambda *leaves: np.stack(leaves))
    start, step = compiled(name, layout())
    params, state = stack(PARAMS, PARAMS), stack(start(PARAMS), start(PARAMS))
    together, numbers = jax.jit(jax.vmap(step, (0, 0, None, 0))), stack(*map(asdict, runs))
    for _ in range(3):
        _, params, state = together(params, state, GRADIENTS, numbers)
    alone, state = PARAMS, start(PARAMS)
    for _ in range(3):
        _, alone, state = step(alone, state, GRADIENTS, asdict(runs[1]))
    for key, value in alone.items():
        np.testing.assert_allclose(params[key][1], value, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_the_states_of_a_weight_are_as_many_as_declared(name):
    size, optimizer = (64, 64), get_optimizer(name)
    built = optimizer.build(NO_DECAY, lambda _: LR, HIDDEN_ALONE)
    state = jax.eval_shape(built.init, {"hidden": jnp.zeros(size)})
    full = [leaf for leaf in jax.tree.leaves(state) if leaf.shape == size]
    assert len(full) == optimizer.states_per_weight
