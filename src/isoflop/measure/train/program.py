"""The compiled part of training: first state, a chunk of steps, evaluation.

Everything that may differ between runs of one shape is an argument (``Hyper``), so that a sweep
compiles once, and so that runs can be stacked with ``vmap``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
import optax

from isoflop.measure.train.experts import BALANCE, balance_loss
from isoflop.measure.train.model import Array, Batch, forward, token_losses
from isoflop.measure.train.noise_scale import squared_norm
from isoflop.measure.train.optimizer import OptimizerSettings, get_optimizer
from isoflop.measure.train.schedule import get_schedule
from isoflop.measure.train.shape import ModelShape
from isoflop.measure.train.weights import Params, Recipe, init_params, layout_of, recipe_of

if TYPE_CHECKING:
    from isoflop.measure.train.config import TrainConfig

State: TypeAlias = dict[str, Any]  # Any: "params" and "opt", trees of arrays
_CHUNK_TOKENS = 65536  # enough steps between returns to Python for its cost to vanish
_CHUNK_STEPS = 128


class Hyper(NamedTuple):
    """Numbers of one run that do not change the program; arrays, stacked over runs if stacked."""

    lr: Array
    weight_decay: Array
    beta1: Array
    beta2: Array
    eps: Array
    clip: Array
    steps: Array
    warmup_steps: Array
    decay_fraction: Array


class Log(NamedTuple):
    """Numbers of each step of a chunk, (chunk,) each.

    Parameters
    ----------
    loss : cross-entropy, nat/token.
    grad_norm : before clipping.
    rate : learning rate.
    noise_small, noise_big : squared gradient norms of micro-batch and batch; 0 if not asked for.
    """

    loss: jax.Array
    grad_norm: jax.Array
    rate: jax.Array
    noise_small: jax.Array
    noise_big: jax.Array


@dataclass(frozen=True)
class ProgramKey:
    """What the compiled code depends on.

    Parameters
    ----------
    n_stacked : runs trained together, None for one run without a run axis.
    shares_rows : stacked runs read the same rows, which then have no run axis.
    """

    shape: ModelShape
    recipe: Recipe
    optimizer: str
    schedule: str
    precision: str
    batch: int
    micro_batches: int
    measures_noise: bool
    n_stacked: int | None = None
    shares_rows: bool = False

    @property
    def chunk(self) -> int:
        """Most steps in one call."""
        return max(1, min(_CHUNK_STEPS, _CHUNK_TOKENS // (self.batch * self.shape.seq_len)))


@dataclass(frozen=True)
class Program:
    """Compiled functions of one key; with ``n_stacked`` all arguments but ``n`` have a run axis.

    Parameters
    ----------
    init : (params, hyper) to the first state.
    run : (state, batches of a chunk, first step, n steps, hyper) to (state, Log); eats the state.
    evaluate : (state, batches) to sums of token losses, (batches, rows).
    """

    key: ProgramKey
    init: Callable[..., State]
    run: Callable[..., tuple[State, Log]]
    evaluate: Any  # jitted; Any for its ``lower``


def key_of(config: TrainConfig, shape: ModelShape) -> ProgramKey:
    """The key of a configuration trained by itself."""
    return ProgramKey(
        shape=shape,
        recipe=recipe_of(config),
        optimizer=config.optimizer,
        schedule=config.schedule,
        precision=config.precision,
        batch=config.batch,
        micro_batches=config.micro_batches,
        measures_noise=config.noise_scale_every > 0,
    )


def hyper_of(config: TrainConfig) -> Hyper:
    """The numbers of a configuration that a program takes as arguments."""
    return Hyper(*(np.float32(getattr(config, name)) for name in Hyper._fields))


@lru_cache(maxsize=64)
def evaluator_of(key: ProgramKey, n_batches: int, rows: int) -> Callable[..., jax.Array]:
    """Compiled evaluation: (state, batches of ids as uint16) to sums of token losses.

    Compiled ahead of its first use, so that no run's seconds hold it.
    """
    one = _like((n_batches, rows, key.shape.seq_len), jnp.uint16)
    lead = (key.n_stacked,) if key.n_stacked else ()
    hyper = Hyper(*(_like(lead, jnp.float32) for _ in Hyper._fields))
    first = init_params(key.shape, key.recipe)
    params = jax.tree.map(lambda w: _like((*lead, *w.shape), w.dtype), first)
    program = program_of(key)
    state = jax.eval_shape(program.init, params, hyper)
    compiled: Callable[..., jax.Array] = program.evaluate.lower(
        state, Batch(one, one, one)
    ).compile()
    return compiled


def _like(shape: tuple[int, ...], dtype: Any) -> Any:  # Any: a data type, an array's description
    return jax.eval_shape(partial(jnp.zeros, shape, dtype))


def first_params(key: ProgramKey, configs: Sequence[TrainConfig]) -> Params:
    """First weights of each run, with a run axis if stacked."""
    each = [init_params(key.shape, key.recipe, c.seed, c.init_scale) for c in configs]
    if not key.n_stacked:
        return each[0]
    stack: Params = jax.tree.map(lambda *weights: np.stack(weights), *each)
    return stack


@lru_cache(maxsize=64)
def program_of(key: ProgramKey) -> Program:
    """The program of a key, made once a process."""
    init, run, evaluate = partial(_init, key), partial(_run, key), partial(_evaluate, key)
    if key.n_stacked:
        init = jax.vmap(init)
        run = jax.vmap(run, in_axes=(0, None if key.shares_rows else 0, None, None, 0))
        evaluate = jax.vmap(evaluate, in_axes=(0, None))
    return Program(key, jax.jit(init), jax.jit(run, donate_argnums=0), jax.jit(evaluate))


def transform_of(key: ProgramKey, hyper: Hyper) -> optax.GradientTransformation:
    settings = OptimizerSettings(
        lr=hyper.lr,
        weight_decay=hyper.weight_decay,
        beta1=hyper.beta1,
        beta2=hyper.beta2,
        eps=hyper.eps,
        clip=hyper.clip,
    )
    optimizer = get_optimizer(key.optimizer)
    layout = layout_of(key.shape, key.recipe, optimizer.width_power)
    return optimizer.build(settings, partial(_rate, key, hyper), layout)


def _rate(key: ProgramKey, hyper: Hyper, step: jax.Array) -> jax.Array:
    shape = get_schedule(key.schedule).shape
    factor = shape(step, hyper.steps, hyper.warmup_steps, hyper.decay_fraction)
    return jnp.multiply(hyper.lr, factor)


def _init(key: ProgramKey, params: Params, hyper: Hyper) -> State:
    return {"params": params, "opt": transform_of(key, hyper).init(params)}


def _run(
    key: ProgramKey,
    state: State,
    batches: Batch,
    first: jax.Array,
    n: jax.Array,
    hyper: Hyper,
) -> tuple[State, Log]:
    """n steps, at most as many as there are batches; a loop whose length is an argument."""
    transform = transform_of(key, hyper)
    empty = jnp.zeros(batches.inputs.shape[0], jnp.float32)

    def body(i: jax.Array, carried: tuple[State, Log]) -> tuple[State, Log]:
        state, log = carried
        batch = jax.tree.map(lambda rows: rows[i].astype(jnp.int32), batches)
        gradients, seen = gradients_of(key, state["params"], batch)
        updates, opt = transform.update(gradients, state["opt"], state["params"])
        params = optax.apply_updates(state["params"], updates)
        seen = seen._replace(rate=_rate(key, hyper, first + i))
        log = jax.tree.map(lambda whole, one: whole.at[i].set(one), log, seen)
        return {"params": params, "opt": opt}, log

    done: tuple[State, Log] = jax.lax.fori_loop(0, n, body, (state, Log(*([empty] * 5))))
    return done


def gradients_of(key: ProgramKey, params: Params, batch: Batch) -> tuple[Params, Log]:
    """Gradient of the mean loss over the batch, summed over its micro-batches."""
    k = key.micro_batches
    n_tokens = jnp.maximum(jnp.sum(batch.segments > 0), 1).astype(jnp.float32)
    parts = jax.tree.map(lambda x: x.reshape(k, x.shape[0] // k, x.shape[1]), batch)
    differentiate = jax.value_and_grad(partial(_objective, key), has_aux=True)
    routed = jnp.zeros((key.shape.depth, key.shape.experts), jnp.float32)

    def one(carried: tuple[Any, ...], part: Batch) -> tuple[tuple[Any, ...], jax.Array]:
        total, loss, routed = carried
        (_, (part_loss, routed)), gradient = differentiate(params, part, n_tokens, routed)
        small = jnp.float32(0)
        if key.measures_noise:
            weight = n_tokens / jnp.maximum(jnp.sum(part.segments > 0), 1)
            small = jnp.square(weight) * squared_norm(gradient)
        return (jax.tree.map(jnp.add, total, gradient), loss + part_loss, routed), small

    if k == 1:
        whole = jax.tree.map(lambda x: x[0], parts)
        (_, (loss, _)), gradient = differentiate(params, whole, n_tokens, routed)
        smalls = jnp.zeros(1)
    else:
        start = (jax.tree.map(jnp.zeros_like, params), jnp.float32(0), routed)
        (gradient, loss, _), smalls = jax.lax.scan(one, start, parts)
    big = squared_norm(gradient)
    return gradient, Log(loss, jnp.sqrt(big), loss, jnp.mean(smalls), big)


def _objective(
    key: ProgramKey, params: Params, batch: Batch, n_tokens: jax.Array, routed: jax.Array
) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    """This part's share of the mean loss, and with experts its share of the balance loss.

    Parameters
    ----------
    n_tokens : of the whole batch.
    routed : (depth, experts) sums over the micro-batches before this one: the balance is that of
        the global batch as far as it is known (running buffer of 2501.11873).
    """
    passed = forward(params, batch, key.shape, key.recipe, jnp.dtype(key.precision))
    loss = jnp.sum(token_losses(passed.logits, batch)) / n_tokens
    if passed.routed is None or passed.gates is None:
        return loss, (loss, routed)
    routed = routed + jax.lax.stop_gradient(passed.routed)
    share = routed / jnp.sum(routed, -1, keepdims=True)
    balance = BALANCE * balance_loss(share, passed.gates) / key.micro_batches
    return loss + balance, (loss, routed)


def _evaluate(key: ProgramKey, state: State, batches: Batch) -> jax.Array:
    """Sum of token losses of each row, (batches, rows)."""
    params = get_optimizer(key.optimizer).evaluation_params(state["opt"], state["params"])

    def one(batch: Batch) -> jax.Array:
        rows = Batch(*(part.astype(jnp.int32) for part in batch))
        passed = forward(params, rows, key.shape, key.recipe, jnp.dtype(key.precision))
        return jnp.sum(token_losses(passed.logits, rows), -1)

    sums: jax.Array = jax.lax.map(one, batches)
    return sums
