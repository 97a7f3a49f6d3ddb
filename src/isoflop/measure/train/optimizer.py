"""What an optimiser is: a direction for one tensor, to which the run adds rate, decay and clipping.

Every optimiser is driven alike, so that two of them differ only in the direction:

    update = -lr(step) * multiplier * (direction + weight_decay * decays * weight)

Weight decay is decoupled and rides on the learning rate (1711.05101, in PyTorch's form). Under muP
(2203.03466) a hidden tensor has multiplier 1/m and decays m, which keeps lr * decay fixed.
LAMB alone decays inside its direction, because its trust ratio is taken over both.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from isoflop.core.errors import unknown_name
from isoflop.core.members import find_members

if TYPE_CHECKING:
    import jax
    import optax

Number: TypeAlias = "float | jax.Array"
Rate: TypeAlias = "Callable[[jax.Array], Number]"
Tree: TypeAlias = Any  # a JAX pytree; its structure is the model's
Kind = Literal["embedding", "hidden", "head", "vector"]

_MEMBERS = "isoflop.measure.train.optimizers"
_OWN_AXES: dict[Kind, int] = {"embedding": 2, "hidden": 2, "head": 2, "vector": 1}


@dataclass(frozen=True)
class OptimizerSettings:
    """Numbers of one run; each may be a traced scalar, so that stacked runs can differ in them.

    Parameters
    ----------
    lr : top of the learning rate; the schedule is already in the rate given to ``build``.
    weight_decay : per unit of learning rate.
    beta1, beta2 : decay of the first and second moment a step; sgd's momentum is beta1.
    eps : added to the root of the second moment.
    clip : largest global gradient norm, applied before all else; 0 for none.
    momentum : of Muon's matrices; its other tensors use beta1.
    """

    lr: Number
    weight_decay: Number = 0.1
    beta1: Number = 0.9
    beta2: Number = 0.95
    eps: Number = 1e-8
    clip: Number = 1.0
    momentum: Number = 0.95


@dataclass(frozen=True)
class Layout:
    """What each tensor is and how it is scaled: pytrees with the structure of the parameters.

    Parameters
    ----------
    multiplier : of the learning rate, a number a tensor.
    kind : "embedding", "hidden", "head" or "vector". The last two axes of the first three (the
        last one of a vector) are the tensor; axes before them stack layers or experts.
    decays : factor of the weight decay, 0 for none.
    eps_multiplier : factor of eps.
    """

    multiplier: Tree
    kind: Tree
    decays: Tree
    eps_multiplier: Tree


@dataclass(frozen=True)
class Tensor:
    """One tensor's row of a layout."""

    kind: Kind
    multiplier: Number
    decays: Number
    eps_multiplier: Number


@dataclass(frozen=True)
class Optimizer:
    """A rule that turns gradients into a direction.

    Parameters
    ----------
    source : paper and arXiv id.
    direction : the transformation of one unstacked tensor: gradient in, ascent direction out.
    states_per_weight : numbers kept for a hidden weight beside it, without factored parts.
    width_power : p where muP asks a hidden learning rate to fall as width^-p; None where the
        size of a step follows the gradient's, so that the table for Adam does not apply.
    decays_inside : the direction already holds the weight decay.
    wrap : put around the finished updates, for methods that average the weights.
    evaluate : weights to evaluate, from the state of ``wrap`` and the trained ones.
    """

    name: str
    source: str
    direction: Callable[[OptimizerSettings, Tensor], optax.GradientTransformation]
    states_per_weight: int
    width_power: float | None = 1.0
    decays_inside: bool = False
    wrap: (
        Callable[
            [optax.GradientTransformation, OptimizerSettings, Rate], optax.GradientTransformation
        ]
        | None
    ) = None
    evaluate: Callable[[Tree, Tree], Tree] | None = None

    def build(
        self, settings: OptimizerSettings, learning_rate: Rate, layout: Layout
    ) -> optax.GradientTransformation:
        """The transformation from gradients to updates that are added to the parameters.

        Parameters
        ----------
        learning_rate : rate of a step counted from 0, schedule included; may be traced.
        """
        import optax

        from isoflop.measure.train import updates

        parts = [updates.clip(settings.clip), updates.each_tensor(self.direction, settings, layout)]
        if not self.decays_inside:
            parts.append(updates.decay(settings.weight_decay, layout))
        parts += [updates.multiply(layout), optax.scale_by_learning_rate(learning_rate)]
        built = optax.chain(*parts)
        return built if self.wrap is None else self.wrap(built, settings, learning_rate)

    def evaluation_params(self, opt_state: Tree, params: Tree) -> Tree:
        """Weights to evaluate and to save as the result; the trained ones for most methods."""
        return params if self.evaluate is None else self.evaluate(opt_state, params)


def own_axes(kind: Kind) -> int:
    """Number of trailing axes that make up one tensor of this kind."""
    return _OWN_AXES[kind]


@cache
def optimizer_names() -> tuple[str, ...]:
    """Every legal name, sorted, without loading what the optimisers need."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(import_module(_MEMBERS).__path__)))


def get_optimizer(name: str) -> Optimizer:
    """An optimiser by the name of its file.

    Raises
    ------
    UsageError
        E101 if there is no such optimiser; the nearest names are suggested.
    """
    if name not in optimizer_names():
        raise unknown_name("optimizer", name, optimizer_names(), "isoflop train --help")
    members = cast("tuple[Optimizer, ...]", find_members(_MEMBERS, "OPTIMIZER"))
    return next(member for member in members if member.name == name)
