"""Sums over all changes of the learning rate, near ones one by one, far ones in blocks.

A law that sums f(log rate, rates summed since) over every earlier change of the rate takes O(T^2)
operations. f is smooth in the logs of both, so changes whose rates and distances agree within
``WIDTH`` are taken together at their weighted mean, where the error is of second order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.laws.course import Course

WIDTH = 0.05  # spread of log rate and of log distance in a block; the error is tested, about 1e-6
AT_ONCE = 1024  # steps whose terms are held in memory together
FEW = 4  # steps asked; for so few every change is taken by itself, which is faster and exact


@dataclass(frozen=True)
class Terms:
    """Terms of the sums at some steps, all arrays (n_terms,) but ``first`` and ``n``.

    Attributes
    ----------
    first, n : the steps are entries first, ..., first + n - 1 of ``course.steps``.
    at : which of these steps a term belongs to, from 0.
    weight : total of the changes in it.
    log_rate : mean log of the learning rate after the change.
    since : learning rates summed from the change on.
    """

    first: int
    n: int
    at: IntArray
    weight: FloatArray
    log_rate: FloatArray
    since: FloatArray

    def total(self, each: FloatArray) -> FloatArray:
        """Weighted sum of a function of the terms at every step, (n,)."""
        summed = np.bincount(self.at, weights=self.weight * each, minlength=self.n)
        return np.asarray(summed, dtype=np.float64)


@dataclass(frozen=True)
class _Level:
    """Blocks of 2^level neighbouring changes."""

    weight: FloatArray
    log_rate: FloatArray
    low: FloatArray
    high: FloatArray
    place: FloatArray
    start: FloatArray
    end: FloatArray
    first: IntArray
    last: IntArray


def terms_of(course: Course, width: float = WIDTH) -> Iterator[Terms]:
    """The terms of a course, some steps at a time; changes to a rate of zero are not in it."""
    if len(course.steps) <= FEW:
        yield from (_exact(course, i) for i in range(len(course.steps)))
        return
    trees = [tree for sign in (1.0, -1.0) for tree in _trees(course, sign)]
    for first in range(0, len(course.steps), AT_ONCE):
        steps = course.steps[first : first + AT_ONCE]
        sums = course.summed[steps]
        parts = [part for tree in trees for part in _walk(tree, steps, sums, width)]
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
        if not columns:
            columns = [np.zeros(0, dtype=np.int64), *(np.zeros(0) for _ in range(3))]
        at, weight, log_rate, since = columns
        yield Terms(first, len(steps), at, weight, log_rate, since)


def to_zero(course: Course) -> FloatArray:
    """Total of the changes to a rate of zero since which some rate was positive, (n,)."""
    changes, summed = course.changes, course.summed
    found = np.zeros(len(course.steps))
    for k in np.flatnonzero((course.rates == 0.0) & (changes != 0.0)):
        found += changes[k] * (course.area > summed[k])
    return found


def _exact(course: Course, i: int) -> Terms:
    step = int(course.steps[i])
    rates, changes = course.rates[:step], course.changes[:step]
    k = np.flatnonzero((changes != 0.0) & (rates > 0.0))
    since = course.summed[step] - course.summed[k]
    return Terms(i, 1, np.zeros(len(k), dtype=np.int64), changes[k], np.log(rates[k]), since)


def _trees(course: Course, sign: float) -> list[list[_Level]]:
    chosen = np.flatnonzero((sign * course.changes > 0.0) & (course.rates > 0.0))
    if not len(chosen):
        return []
    logs, places = np.log(course.rates[chosen]), course.summed[chosen]
    weight, number = course.changes[chosen], chosen.astype(np.int64) + 1
    levels = [_Level(weight, logs, logs, logs, places, places, places, number, number)]
    while len(levels[-1].weight) > 1:
        levels.append(_joined(levels[-1]))
    return [levels]


def _joined(below: _Level) -> _Level:
    """Pairs of blocks; a last block without neighbour is its own pair."""
    left = np.arange(0, len(below.weight), 2)
    right = np.minimum(left + 1, len(below.weight) - 1)
    share = np.where(right > left, below.weight[right], 0.0)
    weight = below.weight[left] + share
    share = share / weight

    def mean(values: FloatArray) -> FloatArray:
        return values[left] + (values[right] - values[left]) * share

    return _Level(
        weight=weight,
        log_rate=mean(below.log_rate),
        low=np.minimum(below.low[left], below.low[right]),
        high=np.maximum(below.high[left], below.high[right]),
        place=mean(below.place),
        start=below.start[left],
        end=below.end[right],
        first=below.first[left],
        last=below.last[right],
    )


def _walk(
    levels: list[_Level], steps: IntArray, sums: FloatArray, width: float
) -> Iterator[tuple[IntArray, FloatArray, FloatArray, FloatArray]]:
    """From the largest block down: taken whole where it is narrow and far enough, else halved."""
    at = np.arange(len(steps))
    block = np.zeros(len(steps), dtype=np.int64)
    for depth in range(len(levels) - 1, -1, -1):
        level = levels[depth]
        begun = level.first[block] <= steps[at]
        at, block = at[begun], block[begun]
        distance = sums[at] - level.end[block]
        narrow = level.high[block] - level.low[block] <= width
        far = level.end[block] - level.start[block] <= width * distance
        whole = (level.last[block] <= steps[at]) & (far & narrow) if depth else at >= 0
        a, b = at[whole], block[whole]
        yield a, level.weight[b], level.log_rate[b], sums[a] - level.place[b]
        if depth:
            at, block = at[~whole], 2 * block[~whole]
            second = block + 1 < len(levels[depth - 1].weight)
            at = np.concatenate([at, at[second]])
            block = np.concatenate([block, block[second] + 1])
