"""Finds the parameters a law is linear in, so that the fit can project them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.jet import Jet, seed
from isoflop.laws.parameter import LOG_RANGE, Axis

if TYPE_CHECKING:
    from isoflop.laws.law import Law

PROBES = 7  # assumption: a second derivative that vanishes at seven random points is zero


def linear_parameters(law: Law) -> tuple[str, ...]:
    """Names of the largest prefix-greedy set in which the formula is jointly affine.

    A parameter joins the set when its second derivative and its mixed derivatives with every
    member vanish at random points; the formula must also vanish with all of them at zero.
    """
    jet = _probe(law)
    chosen: list[int] = []
    for i in range(len(law.parameters)):
        if all(_vanishes(jet, tuple(sorted((i, j)))) for j in [*chosen, i]):
            chosen.append(i)
    if not chosen or not _homogeneous(law, chosen):
        return ()
    return tuple(law.parameters[i].name for i in chosen)


def drawn(axis: Axis, rng: np.random.Generator, n: int) -> FloatArray:
    """Random values (n,) of an input over its range: in logs where it spans decades."""
    if axis.low > 0.0 and axis.high / axis.low > LOG_RANGE:
        return np.exp(rng.uniform(np.log(axis.low), np.log(axis.high), n))
    return rng.uniform(axis.low, axis.high, n)


def _points(law: Law) -> tuple[list[np.ndarray], np.ndarray]:
    rng = np.random.default_rng(0)
    inputs = [drawn(law.axis(symbol), rng, PROBES) for symbol in law.inputs]
    sets = np.empty((PROBES, len(law.parameters)))
    for i, parameter in enumerate(law.parameters):
        if parameter.is_scale:
            draw = np.exp(rng.uniform(np.log(parameter.low), np.log(parameter.high), PROBES))
        else:
            draw = rng.uniform(parameter.low, parameter.high, PROBES)
        sets[:, i] = draw
    return inputs, sets


def _probe(law: Law) -> Jet:
    inputs, sets = _points(law)
    seeds = [seed(i, sets[:, i, None]) for i in range(len(law.parameters))]
    with np.errstate(all="ignore"):
        return law.jet(inputs, seeds)


def _vanishes(jet: Jet, pair: tuple[int, ...]) -> bool:
    entry = jet.hessian.get((pair[0], pair[1]), 0.0)
    return bool(np.all(np.nan_to_num(np.asarray(entry), nan=1.0) == 0.0))


def _homogeneous(law: Law, chosen: list[int]) -> bool:
    inputs, sets = _points(law)
    sets[:, chosen] = 0.0
    with np.errstate(all="ignore"):
        value = law.evaluate(inputs, sets)
    return bool(np.all(value == 0.0))
