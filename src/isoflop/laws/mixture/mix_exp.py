"""Exponential mixing law: the loss on one domain falls exponentially with the shares that help it.

Above a floor, the excess loss is a weighted geometric mean, by shares, of what training on each
source alone would leave: ``c + k*exp(sum t_j r_j)`` with ``a_j = ln k + t_j``. As shares sum to
one, k and t are not determined apart; a is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from math import exp as exp_of
from operator import add

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import exp
from isoflop.laws.law import Axis, Law, Parameter, Published
from isoflop.laws.traced import Operand

FLOORS = 40  # values of c tried, from zero to just below the least loss
NEAREST = 0.003  # of the least loss: the highest floor tried stays this much below it
LOW = -50.0  # |t| up to 40 (ye2024 prints -32) below ln k of -10
HIGH = 2.5  # no source leaves more than 12 nats above the floor: guessing among 160,000 ids
GROUPS = ("academic", "prose", "dialogue", "symbolic", "internet")


def loss(share: tuple[Operand, ...], c: Operand, a: tuple[Operand, ...]) -> Operand:
    return c + exp(reduce(add, (one * r for one, r in zip(a, share, strict=True))))


def floor_scan(shares: FloatArray, target: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Best a for each of many floors, by regression of ``ln(target - c)`` on the shares.

    Parameters
    ----------
    shares : (n_runs, n_domains)
    target : (n_runs,)

    Returns
    -------
    floors (n_floors,), a (n_floors, n_domains), squared error of the loss (n_floors,).
    """
    least = float(np.min(target))
    below = np.geomspace(1.0, NEAREST, FLOORS) * max(least, NEAREST)
    floors = least - below
    excess = target - floors[:, None]
    # Weights undo the log: an error of ln(excess) is one of the loss divided by the excess.
    left = shares[None, :, :] * excess[:, :, None]
    right = np.log(excess) * excess
    inverse = np.linalg.pinv(left, rcond=1e-8)
    a = np.clip(np.einsum("fkn,fn->fk", inverse, right), LOW, HIGH)
    fitted = floors[:, None] + np.exp(a @ shares.T)
    return floors, a, np.sum((fitted - target) ** 2, axis=1)


def guess(inputs: Mapping[str, FloatArray], target: FloatArray) -> dict[str, float]:
    shares = np.stack(list(inputs.values()), axis=1)
    labels = [symbol.removeprefix("share/") for symbol in inputs]
    floors, a, error = floor_scan(shares, target)
    best = int(np.argmin(error))
    return {"c": float(floors[best])} | {
        f"a/{label}": float(one) for label, one in zip(labels, a[best], strict=True)
    }


def _printed(key: str, log_c: float, log_k: float, *t: float) -> Published:
    """A set printed as log c, log k and one t a source."""
    return Published(
        source="ye2024",
        key=key,
        where="released notebook, five groups of The Pile, 70M model, 30k steps",
        values={"c": exp_of(log_c)}
        | {f"a/{group}": log_k + one for group, one in zip(GROUPS, t, strict=True)},
        counts="unknown",
        valid={f"share/{group}": (0.0, 1.0) for group in GROUPS},
        labels=GROUPS,
        note="fitted to all 26 mixtures; holds for this corpus, size and length only.",
        example=True,
    )


LAW = Law(
    name="mix_exp",
    entry="X01",
    about="Loss of one validation domain against shares, c + k*exp(sum t_j r_j), a_j = ln k + t_j.",
    target="loss",
    inputs=("share/*",),
    formula=loss,
    guess=guess,
    source="ye2024",
    scale="level",
    axes=(Axis("share/*", "share/*", "1", "share of a source", 0.0, 1.0, zero=True),),
    parameters=(
        Parameter("c", "nat/token", 0.0, 12.0, "loss that no mixture removes"),
        Parameter("a/*", "ln nat/token", LOW, HIGH, "log excess loss on this source alone"),
    ),
    published=(
        _printed("academic", 0.9750, -2.1391, -10.0864, 2.7140, 2.7106, 2.6083, 1.5866),
        _printed("prose", 1.2624, -2.1656, 1.3930, -4.6811, 0.7855, 1.8719, 0.5734),
        _printed("dialogue", 1.1375, -7.1017, 6.7135, 6.2643, -31.8621, 6.6423, 6.2053),
        _printed("symbolic", 0.4750, -3.6546, 3.3289, 3.6705, 3.1127, -16.4217, 3.1591),
        _printed("internet", 1.2402, -1.9510, 1.1897, 0.8697, -0.5184, 1.7122, -3.0870),
    ),
    scope=(
        "One model size and one length: the order of mixtures can change with scale.",
        "At least 2K mixtures of K sources, better 5K; fewer overfit.",
        "The published fits were scored on mixtures they were fitted to: 0.0086 nats there is "
        "0.04 on mixtures left out.",
        "A source whose share is near zero in every run has an a that nothing determines.",
    ),
)
