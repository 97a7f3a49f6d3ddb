"""Is there a direction in which the parameters can move without the fit noticing?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.fit.check import Check, Examined

FLAT = 1e-8  # ratio of the weakest to the strongest direction of the scaled metric


def find(examined: Examined) -> Iterator[str]:
    problem = examined.problem
    jet = problem.jet(examined.solution.coordinates[None])
    shape = (1, problem.n_runs)
    value = np.broadcast_to(jet.value, shape)[0]
    columns = np.zeros((problem.n_runs, len(problem.slots)))
    for i, partial in jet.gradient.items():
        columns[:, i] = np.broadcast_to(partial, shape)[0] / value
    norms = np.linalg.norm(columns, axis=0)
    dead = norms <= 1e-14
    if dead.any():
        names = ", ".join(problem.slots[i].parameter.name for i in np.flatnonzero(dead))
        yield f"{names} has no effect on any run in the table."
        return
    _, strengths, directions = np.linalg.svd(columns / norms)
    if (strengths[-1] / strengths[0]) ** 2 < FLAT:
        weak = np.abs(directions[-1])
        order = np.argsort(weak)[::-1]
        names = " and ".join(
            problem.slots[i].parameter.name for i in order if weak[i] > 0.3 * weak[order[0]]
        )
        yield (
            f"{names} can move together without changing the fit (condition "
            f"{strengths[0] / strengths[-1]:.0e}); forecasts may hold, single values do not."
        )


CHECK = Check("W303", "no flat direction", find)
