"""Sums over passes through a pool of data, for laws in which repeats are worth less."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from isoflop.laws.algebra import exp, lesser, named, plain
from isoflop.laws.expression import Expression, symbol
from isoflop.laws.traced import Operand

UNIT = 1e5  # samples that the pool laws count in; qqt2024 code
LN_2 = float(np.log(2.0))
MOST = 200
"""Passes counted one by one; all later ones count as one more pass. No source goes beyond 50."""


def over_passes(
    n: Operand,
    pool: Operand,
    term: Callable[[Operand, Operand, Operand], Operand],
    *,
    begin: int = 1,
    zeroth: float = 0.0,
) -> Operand:
    """Sum over passes j of ``term(j, n before the pass, n after it)``; the last may be partial.

    Parameters
    ----------
    n, pool : samples seen, and samples in the pool, in one unit.
    begin : first pass that counts.
    zeroth : what stands for n before the first pass.
    """
    if isinstance(n, Expression):
        reached = named("n_j", lesser(n, symbol("j") * pool))
        return Expression("call", "sum", (term(symbol("j"), symbol("n_i"), reached),))
    passes = int(np.ceil(np.max(plain(n) / plain(pool)) - 1e-12))
    last = max(min(passes, MOST + 1), begin)
    total: Operand = 0.0
    before: Operand = zeroth if begin == 1 else lesser(n, (begin - 1) * pool)
    for j in range(begin, last + 1):
        after = n if j > MOST else lesser(n, j * pool)
        total = total + term(j, before, after)
        before = after
    return total


def halved(j: Operand, tau: Operand) -> Operand:
    """Worth of pass j when it halves every tau passes; the first is worth one."""
    return exp(-LN_2 * (j - 1.0) / tau)
