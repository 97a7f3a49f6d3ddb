"""Planning over inputs beside size and tokens: experts, streams, a final rate, a share.

For every setting of those inputs size and tokens are chosen as ever; the settings themselves are
searched on a grid and polished from its best points, under the point values of the fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import UsageError
from isoflop.decide.plan_run import problem_of
from isoflop.decide.problem import SIZES
from isoflop.decide.question import Request
from isoflop.decide.settle import settle
from isoflop.fit.fit import Fit

POINTS = 9  # of the grid along each input
MOST = 3  # inputs searched together; the grid then has 729 points
POLISHED = 3  # best points of the grid that are polished


def chosen_inputs(fit: Fit, request: Request, ranges: Mapping[str, tuple[float, float]]) -> Request:
    """The request with further inputs held at their best.

    Parameters
    ----------
    ranges : {input: (low, high)} to choose within.

    Raises
    ------
    UsageError
        E636 for an input the law lacks, an empty range, or too many inputs.
    """
    from scipy.optimize import minimize

    _check(fit, ranges)
    names = list(ranges)
    box = np.array([ranges[name] for name in names], dtype=float)
    in_logs = box[:, 0] > 0.0

    def natural(point: FloatArray) -> dict[str, float]:
        inside = np.clip(np.where(in_logs, np.exp(point), point), box[:, 0], box[:, 1])
        return dict(zip(names, map(float, inside), strict=True))

    def price(point: FloatArray) -> float:
        return _price(fit, replace(request, held={**request.held, **natural(point)}))

    low, high = np.where(in_logs[:, None], np.log(np.maximum(box, 1e-300)), box).T
    axes = [np.linspace(a, b, POINTS) for a, b in zip(low, high, strict=True)]
    grid = [np.array(point) for point in product(*axes)]
    starts = sorted(grid, key=price)[:POLISHED]
    bounds = list(zip(low, high, strict=True))
    ends = [minimize(price, x, method="Nelder-Mead", bounds=bounds).x for x in starts]
    best = min([*ends, starts[0]], key=price)
    return replace(request, held={**request.held, **natural(best)})


def _price(fit: Fit, request: Request) -> float:
    """What is minimised: the compute where a target is set, else the loss; infinite if neither."""
    point = problem_of(fit, request).only(slice(0, 1))
    found = settle(point, request)
    value = found.total[0] if request.target is not None else found.loss[0]
    return float(value) if np.isfinite(value) else float("inf")


def _check(fit: Fit, ranges: Mapping[str, tuple[float, float]]) -> None:
    free = [one for one in fit.law.inputs if one not in (*SIZES[:1], "D", "U", "C", "M", "epochs")]
    for name, (low, high) in ranges.items():
        if name not in free or not low < high or len(ranges) > MOST:
            raise UsageError(
                f"{name} cannot be chosen between {low:g} and {high:g}.",
                where=f"--choose {name}={low:g}..{high:g}",
                matters=f"the law '{fit.law.name}' lets at most {MOST} of these be chosen: "
                f"{', '.join(free) or 'none'}.",
                do="name an input of the law, the lower end first; hold the others with --hold.",
                code="E636",
            )
