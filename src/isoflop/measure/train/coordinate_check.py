"""Coordinate check: do activations keep their size as a model grows wider?

A few steps on one fixed batch, at several widths: the slope of log RMS against log width is near 0
for every block output and for the change of logits if, and only if, initial scales, multipliers
and learning rates fit together. In the first steps the change of logits may fall with width: it is
read out through random first weights, whose part vanishes as width^-1/2. Source: mup2022.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import UsageError
from isoflop.measure.train.model import Batch, Forward, forward
from isoflop.measure.train.program import (
    Hyper,
    ProgramKey,
    State,
    first_params,
    gradients_of,
    hyper_of,
    key_of,
    transform_of,
)
from isoflop.measure.train.seeds import generator
from isoflop.measure.train.shape import shape_of
from isoflop.measure.train.weights import Params

if TYPE_CHECKING:
    from isoflop.measure.train.config import TrainConfig

BAR = 0.1  # largest slope that counts as flat, mup2022
LOGITS = "logits change"
_VOCAB = 257
_ZIPF = 1.1  # exponent of the token frequencies of the fixed batch; assumption


@dataclass(frozen=True)
class CoordinateCheck:
    """Sizes of activations by width.

    Parameters
    ----------
    widths : (n_widths,) checked.
    rms : name of the quantity to (steps + 1, n_widths) root mean squares, geometric means over
        seeds, from before the first step on. "logits change" is NaN there.
    slopes : name to (steps + 1,) slopes of log RMS against log width.
    """

    widths: tuple[int, ...]
    rms: Mapping[str, FloatArray]
    slopes: Mapping[str, FloatArray] = field(init=False)

    def __post_init__(self) -> None:
        logs = np.log(np.array(self.widths, float))
        centred = logs - logs.mean()
        slopes = {
            n: np.log(values) @ centred / (centred @ centred) for n, values in self.rms.items()
        }
        object.__setattr__(self, "slopes", slopes)

    @property
    def worst(self) -> float:
        """Largest slope by size: of block outputs after any step, of logits after the last.

        Changes of logits that grow with width count at every step.
        """
        blocks = [each for name, each in self.slopes.items() if name != LOGITS]
        logits = self.slopes[LOGITS][1:]
        steady = max(float(np.max(np.abs(each[1:]))) for each in blocks)
        return max(steady, float(np.max(logits)), abs(float(logits[-1])))

    @property
    def passes(self) -> bool:
        """Whether the largest slope is below the bar."""
        return self.worst < BAR

    def to_dict(self) -> dict[str, Any]:  # Any: JSON values
        """Plain fields, for JSON."""
        last = {name: [float(v) for v in values[-1]] for name, values in self.rms.items()}
        slopes = {
            name: [float(v) if np.isfinite(v) else None for v in values]
            for name, values in self.slopes.items()
        }
        return {
            "widths": list(self.widths),
            "slopes_by_step": slopes,
            "rms_at_the_end": last,
            "worst": self.worst,
            "bar": BAR,
            "passes": self.passes,
        }


def coordinate_check(
    config: TrainConfig,
    widths: Sequence[int],
    *,
    seeds: int = 3,
    progress: Callable[[int, int], None] | None = None,
) -> CoordinateCheck:
    """Train every width for ``config.steps`` steps on one fixed batch and measure activations.

    Parameters
    ----------
    config : everything but the width and the seed; d_ff grows with the width. No data is read:
        tokens are drawn with Zipf frequencies.

    Raises
    ------
    UsageError
        E411 if there are fewer than two widths, or one that the heads do not divide.
    """
    sizes = tuple(sorted(set(widths)))
    if len(sizes) < 2 or seeds < 1:
        raise UsageError(
            f"{len(sizes)} widths and {seeds} seeds give no slope.",
            where="widths and seeds",
            matters="the check is a slope against width, averaged over seeds.",
            do="give at least two widths and one seed.",
            code="E411",
        )
    batch = _batch(config)
    found: list[dict[str, FloatArray]] = []
    for i, width in enumerate(sizes):
        found.append(_measure(replace(config, width=width, d_ff=4 * width), batch, seeds))
        if progress is not None:
            progress(i + 1, len(sizes))
    rms = {name: np.stack([one[name] for one in found], -1) for name in found[0]}
    return CoordinateCheck(sizes, rms)


def _batch(config: TrainConfig) -> Batch:
    frequency = 1.0 / np.arange(1, _VOCAB + 1) ** _ZIPF
    shape = (config.batch, config.seq_len + 1)
    drawn = generator(config.data_seed, "coordinate check").choice(
        _VOCAB, shape, p=frequency / frequency.sum()
    )
    tokens = jnp.asarray(drawn, jnp.int32)
    return Batch(tokens[:, :-1], tokens[:, 1:], jnp.ones_like(tokens[:, 1:]))


def _measure(config: TrainConfig, batch: Batch, seeds: int) -> dict[str, FloatArray]:
    """RMS of each quantity at each step, geometric mean over seeds, (steps + 1,)."""
    key, hyper = key_of(config, shape_of(config, _VOCAB)), hyper_of(config)
    run = jax.jit(partial(_run, key, config.steps))
    each = [
        run(first_params(key, [replace(config, seed=seed)]), batch, hyper) for seed in range(seeds)
    ]
    logs = [{name: np.log(np.asarray(rms, float)) for name, rms in one.items()} for one in each]
    return {name: np.exp(np.mean([one[name] for one in logs], 0)) for name in logs[0]}


def _run(
    key: ProgramKey, steps: int, params: Params, batch: Batch, hyper: Hyper
) -> dict[str, jax.Array]:
    transform = transform_of(key, hyper)
    at_start = _look(key, params, batch)

    def step(state: State, _: None) -> tuple[State, dict[str, jax.Array]]:
        gradients, _log = gradients_of(key, state["params"], batch)
        updates, opt = transform.update(gradients, state["opt"], state["params"])
        moved = optax.apply_updates(state["params"], updates)
        return {"params": moved, "opt": opt}, _sizes(_look(key, moved, batch), at_start)

    state: State = {"params": params, "opt": transform.init(params)}
    _, rows = jax.lax.scan(step, state, None, steps)
    first = _sizes(at_start, at_start)
    return {name: jnp.concatenate([first[name][None], rows[name]]) for name in rows}


def _look(key: ProgramKey, params: Params, batch: Batch) -> Forward:
    return forward(params, batch, key.shape, key.recipe, jnp.dtype(key.precision))


def _sizes(now: Forward, at_start: Forward) -> dict[str, jax.Array]:
    """RMS of block outputs and of the change of logits; NaN for no change."""
    sizes = {f"block {i + 1}": _rms(x) for i, x in enumerate(now.stream)}
    change = _rms(now.logits - at_start.logits)
    return {**sizes, LOGITS: jnp.where(change > 0, change, jnp.nan)}


def _rms(x: jax.Array) -> jax.Array:
    return jnp.sqrt(jnp.mean(jnp.square(x)))
