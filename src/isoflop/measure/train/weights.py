"""The tensors of a model: their shapes, their roles, first values and rows of the layout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import jax
import numpy as np
from numpy.typing import NDArray

from isoflop.measure.train.optimizer import Kind, Layout
from isoflop.measure.train.parametrisation import Parametrisation, Role, Size
from isoflop.measure.train.seeds import generator
from isoflop.measure.train.shape import ModelShape

if TYPE_CHECKING:
    from isoflop.measure.train.config import TrainConfig

Params: TypeAlias = dict[str, Any]  # Any: nested dictionaries of arrays
FloatTensor: TypeAlias = NDArray[np.float32]

_KINDS: dict[Role, Kind] = {
    "embedding": "embedding",
    "head": "head",
    "hidden": "hidden",
    "branch_end": "hidden",
    "router": "hidden",
    "block_norm": "vector",
    "final_norm": "vector",
}


@dataclass(frozen=True)
class _Tensor:
    """Shape (..., outputs, inputs) and role of one tensor."""

    shape: tuple[int, ...]
    role: Role


@dataclass(frozen=True)
class Recipe:
    """A parametrisation at a size: all that scales a model beside its shape."""

    parametrisation: Parametrisation
    size: Size


def recipe_of(config: TrainConfig) -> Recipe:
    """The recipe that a configuration asks for."""
    from isoflop.measure.train.parametrisation import get_parametrisation

    size = Size(
        width=config.width / config.base_width,
        depth=config.depth / config.base_depth,
        n_layer=config.depth,
        base_n_layer=config.base_depth,
    )
    return Recipe(get_parametrisation(config.parametrisation), size)


def _tensors(shape: ModelShape) -> dict[str, Any]:  # Any: the tree of tensors
    """As the parameters, but for the blocks: one stands for all of them."""
    d, f = shape.width, shape.d_ff
    each = (shape.experts,) if shape.experts else ()
    block = {
        "attention_in": _Tensor((3, d, d), "hidden"),
        "attention_norm": _Tensor((d,), "block_norm"),
        "attention_out": _Tensor((d, d), "branch_end"),
        "feed_in": _Tensor((*each, f, d), "hidden"),
        "feed_norm": _Tensor((d,), "block_norm"),
        "feed_out": _Tensor((*each, d, f), "branch_end"),
    }
    if shape.experts:
        block["router"] = _Tensor((shape.experts, d), "router")
    tree: dict[str, Any] = {  # Any: as above
        "blocks": block,
        "embedding": _Tensor((shape.vocab, d), "embedding"),
        "final_norm": _Tensor((d,), "final_norm"),
    }
    if not shape.tied:
        tree["head"] = _Tensor((shape.vocab, d), "head")
    return tree


def init_params(
    shape: ModelShape, recipe: Recipe, seed: int = 0, init_scale: float = 1.0
) -> Params:
    """First weights, float32 on the host: normal with the recipe's scales, norms at one.

    Drawn with NumPy: compiling JAX's generator would take longer than many a small run. Blocks are
    a list, one entry a layer; each of their tensors is drawn for all layers at once.

    Parameters
    ----------
    init_scale : factor of all standard deviations.
    """
    rule = recipe.parametrisation

    def first(path: tuple[Any, ...], tensor: _Tensor) -> FloatTensor:
        lead = (shape.depth,) if path[0].key == "blocks" else ()
        if _KINDS[tensor.role] == "vector":
            return np.ones((*lead, *tensor.shape), np.float32)
        std = init_scale * rule.std(tensor.role, tensor.shape[-1], recipe.size)
        rng = generator(seed, "weights", jax.tree_util.keystr(path))
        return np.float32(std) * rng.standard_normal((*lead, *tensor.shape), np.float32)

    drawn: Params = jax.tree_util.tree_map_with_path(first, _tensors(shape))
    blocks = drawn["blocks"]
    layers = [{name: w[i] for name, w in blocks.items()} for i in range(shape.depth)]
    return {**drawn, "blocks": layers}


def layout_of(shape: ModelShape, recipe: Recipe, width_power: float | None) -> Layout:
    """Rows for the optimiser; decay undoes the multiplier so that rate times decay is kept.

    Parameters
    ----------
    width_power : of the optimiser, see ``Optimizer.width_power``.
    """
    rule, size, one = recipe.parametrisation, recipe.size, _tensors(shape)
    tensors = {**one, "blocks": [one["blocks"]] * shape.depth}

    def rate(tensor: _Tensor) -> float:
        return rule.rate(tensor.role, size, width_power)

    def decay(tensor: _Tensor) -> float:
        return 0.0 if _KINDS[tensor.role] == "vector" else 1.0 / rate(tensor)

    return Layout(
        multiplier=jax.tree.map(rate, tensors),
        kind=jax.tree.map(lambda tensor: _KINDS[tensor.role], tensors),
        decays=jax.tree.map(decay, tensors),
        eps_multiplier=jax.tree.map(lambda tensor: rule.eps(tensor.role, size), tensors),
    )
