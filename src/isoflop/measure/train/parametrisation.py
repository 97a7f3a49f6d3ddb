"""What a parametrisation is: how scales and learning rates of tensors follow the model's size.

All parametrisations share one initial scale a tensor and agree at the base size (attention: at a
head width of 32); they differ in what they do as width and depth grow. Weight decay always
compensates the learning rate's multiplier, so that rate times decay is the same for every tensor.
"""

from __future__ import annotations

import math
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Literal, cast

from isoflop.core.errors import unknown_name
from isoflop.core.members import find_members

Role = Literal["embedding", "head", "hidden", "branch_end", "router", "block_norm", "final_norm"]

BASE_HEAD_WIDTH = 32  # assumption: where 1/d and 1/sqrt(d) attention agree
VOCABULARY_STD = 0.02  # practice since GPT-2, kept in width

_MEMBERS = "isoflop.measure.train.parametrisations"


@dataclass(frozen=True)
class Size:
    """How large a model is beside the base.

    Parameters
    ----------
    width, depth : ratios to the base.
    n_layer, base_n_layer : layers here and at the base.
    """

    width: float
    depth: float
    n_layer: int
    base_n_layer: int


@dataclass(frozen=True)
class Parametrisation:
    """A rule for growing a model.

    Parameters
    ----------
    attention : factor of the attention scores, from the head width.
    logits, branch : factors of the output and of each residual branch.
    rate : factor of the learning rate of a role; the last argument is the power of the width
        that the optimiser asks for, None for one whose steps follow the gradient's size.
    eps : factor of the optimiser's eps.
    init_layers : layers whose branches share the variance of the residual stream at the start.
    """

    name: str
    source: str
    attention: Callable[[int], float]
    logits: Callable[[Size], float]
    branch: Callable[[Size], float]
    rate: Callable[[Role, Size, float | None], float]
    eps: Callable[[Role, Size], float]
    init_layers: Callable[[Size], int]

    def std(self, role: Role, fan_in: int, size: Size) -> float:
        """Standard deviation of the initial weights; norms start at one instead."""
        if role in ("embedding", "head"):
            return VOCABULARY_STD
        if role == "branch_end":
            return 1.0 / math.sqrt(fan_in * 2 * self.init_layers(size))
        return 1.0 / math.sqrt(fan_in)


def sqrt_attention(head_width: int) -> float:
    """The usual 1/sqrt(d)."""
    return 1.0 / math.sqrt(head_width)


def inverse_attention(head_width: int) -> float:
    """1/d, equal to the usual factor at the base head width."""
    return math.sqrt(BASE_HEAD_WIDTH) / head_width


def width_rate(role: Role, size: Size, power: float | None) -> float:
    """Learning rates of muP: matrices with two growing sides slow down with width.

    Source: mup2022, tables 3 and 8; with SGD vector-like tensors speed up instead.
    """
    matrix = role in ("hidden", "branch_end", "router")
    if power is None:
        return 1.0 if matrix else size.width
    return float(size.width**-power) if matrix else 1.0


@cache
def parametrisation_names() -> tuple[str, ...]:
    """Every legal name, sorted."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(import_module(_MEMBERS).__path__)))


def get_parametrisation(name: str) -> Parametrisation:
    """A parametrisation by the name of its file.

    Raises
    ------
    UsageError
        E101 if there is none of this name.
    """
    if name not in parametrisation_names():
        raise unknown_name("parametrisation", name, parametrisation_names(), "isoflop train --help")
    members = cast("tuple[Parametrisation, ...]", find_members(_MEMBERS, "PARAMETRISATION"))
    return next(member for member in members if member.name == name)
