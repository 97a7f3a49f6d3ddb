"""What would change a plan: each parameter and assumption moved alone, ranked by its effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.flops import flops_per_token
from isoflop.decide.case import Case
from isoflop.decide.problem import Problem
from isoflop.decide.question import Request
from isoflop.decide.rivals import Rival
from isoflop.decide.settle import Settled, settle, wasted
from isoflop.fit.fit import Fit
from isoflop.laws.catalogue import get_published

Z90 = 1.645  # standard errors to either end of a central 90% interval
UNKNOWN = 0.05  # of a parameter, where no interval was published; assumption
TINY = 1e-300  # of a sum of squares: a parameter that no draw moves
DOUBLED = (0.5, 2.0)  # of an assumption without an interval


@dataclass(frozen=True)
class Effect:
    """What one change does to the plan made anew.

    Attributes
    ----------
    of : parameter, assumption or law that was moved
    how : from where to where, and on what ground
    log_size : (low, high) of ln N* anew minus ln N* of the plan
    loss : the same of the loss, nat/token; None where losses do not compare
    log_cost : the same of the logarithm of the cost: total compute, or money
    ignored : share of the compute that the unchanged plan wastes in the worst case; None where it
        was not worked out
    """

    of: str
    how: str
    log_size: tuple[float, float]
    loss: tuple[float, float] | None
    log_cost: tuple[float, float]
    ignored: float | None = None

    @property
    def size(self) -> float:
        """What effects are ranked by: the largest of |ln N| and |ln cost|."""
        return max(map(abs, (*self.log_size, *self.log_cost)))

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "of": self.of,
            "how": self.how,
            "log_size": list(self.log_size),
            "loss": None if self.loss is None else list(self.loss),
            "log_cost": list(self.log_cost),
            "compute_wasted_if_ignored": self.ignored,
        }


def effects_of(
    fit: Fit, request: Request, case: Case, rivals: Sequence[Rival]
) -> tuple[Effect, ...]:
    """Every effect, the largest first.

    Parameters
    ----------
    request : that the plan was made for.
    case : the settled plan.
    """
    found = [
        *_parameters(fit, request, case),
        *_assumptions(request, case),
        *_machines(case),
        *_laws(rivals, case),
    ]
    return tuple(sorted(found, key=lambda one: -one.size))


def _parameters(fit: Fit, request: Request, case: Case) -> Iterator[Effect]:
    names = [name for name in fit.law.parameter_names if name not in fit.fixed]
    ends = [_ends(fit, name) for name in names]
    rows = [row for low, high, _ in ends for row in (low, high)]
    problem = replace(case.problem, sets=np.array(rows))
    moved = settle(problem, request)
    for i, name in enumerate(names):
        low, high, ground = ends[i]
        at = fit.law.parameter_names.index(name)
        pair = slice(2 * i, 2 * i + 2)
        lost = max(wasted(problem.only(slice(j, j + 1)), case.N, case.D)[1] for j in _range(pair))
        how = f"{low[at]:.4g} to {high[at]:.4g}, {ground}"
        yield _effect(f"parameter {name}", how, _part(moved, pair), case, lost)


def _ends(fit: Fit, name: str) -> tuple[FloatArray, FloatArray, str]:
    """Parameter sets at both ends of one parameter's interval, and where the interval is from."""
    names = fit.law.parameter_names
    at = names.index(name)
    point = np.array([fit.values[one] for one in names])
    span = fit.intervals[name]
    if span is not None and len(fit.draws) > len(names):
        low, high = (_followed(fit.draws, point, at, end) for end in span)
        return low, high, f"{fit.level:.0%} interval, the others following it as in the draws"
    error = _errors(fit).get(name)
    if span is None and error is not None:
        half, ground = Z90 * error, "90% by its printed standard error, the others held"
    elif span is not None:
        half, ground = 0.5 * (span[1] - span[0]), f"{fit.level:.0%} interval, the others held"
    else:
        half, ground = UNKNOWN * abs(point[at]), f"{UNKNOWN:.0%}, assumed: no interval is known"
    # A price of zero or less is no law; the end stays a tenth of the value above it.
    low, high = point.copy(), point.copy()
    low[at], high[at] = max(point[at] - half, 0.1 * point[at]), point[at] + half
    return low, high, ground


def _followed(draws: FloatArray, point: FloatArray, at: int, end: float) -> FloatArray:
    """The point with one parameter moved and the others at their mean given that move.

    Parameters that are positive in every draw move in logs, so that they stay so.
    """
    ends = np.where(np.arange(len(point)) == at, end, point)
    in_logs = (draws > 0.0).all(axis=0) & (point > 0.0) & (ends > 0.0)

    def space(values: FloatArray) -> FloatArray:
        return np.where(in_logs, np.log(np.where(in_logs, values, 1.0)), values)

    spread = space(draws) - space(draws).mean(axis=0)
    slope = spread.T @ spread[:, at] / max(float(spread[:, at] @ spread[:, at]), TINY)
    moved = space(point) + slope * (space(ends) - space(point))[at]
    natural = np.where(in_logs, np.exp(np.where(in_logs, moved, 0.0)), moved)
    # A parameter that some draws hold at zero has no slope in logs; it must not turn negative.
    return np.asarray(np.where(point >= 0.0, np.maximum(natural, 0.0), natural))


def _errors(fit: Fit) -> dict[str, float]:
    if fit.method != "published":
        return {}
    return dict(get_published(fit.label)[1].errors)


def _assumptions(request: Request, case: Case) -> Iterator[Effect]:
    budget = request.training_cap or request.budget
    if budget is not None:
        name = "training_cap" if request.training_cap else "budget"
        yield _assumed("training compute", "halved and doubled", request, case, name, budget)
    if request.inference_tokens is not None:
        served = request.inference_tokens
        words = "halved and doubled"
        yield _assumed("tokens served", words, request, case, "inference_tokens", served)
    if request.unique_tokens is not None:
        unique = request.unique_tokens
        words = "halved and doubled"
        yield _assumed("unique tokens", words, request, case, "unique_tokens", unique)
    exact = flops_per_token(case.shape, "palm_causal") / case.N
    changed = replace(request, flop_per_nd=exact)
    moved = settle(_problem(case, changed), changed)
    how = f"{request.flop_per_nd:g} to {exact:.3g}: attention and vocabulary of this shape counted"
    yield _effect("FLOP per parameter and token", how, moved, case)


def _assumed(of: str, how: str, request: Request, case: Case, name: str, value: float) -> Effect:
    both = [replace(request, **{name: times * value}) for times in DOUBLED]  # type: ignore[arg-type]
    ends = [settle(_problem(case, one), one) for one in both]
    joined = Settled(*(np.concatenate([getattr(e, k) for e in ends]) for k in vars(ends[0])))
    return _effect(of, how, joined, case)


def _problem(case: Case, request: Request) -> Problem:
    return replace(
        case.problem.only(slice(0, 1)),
        flop_per_nd=request.flop_per_nd,
        serving=request.serving,
        unique=request.unique_tokens,
    )


def _machines(case: Case) -> Iterator[Effect]:
    """Utilisation and price: they move the cost and, under a fixed compute, not the plan."""
    if case.machines is None:
        return
    low, middle, high = case.machines.utilisation
    still = (0.0, 0.0)
    if low < high:
        pair = _ordered(np.log(middle / high), np.log(middle / low))
        how = f"{low:.0%} to {high:.0%} of the peak; moves days and money"
        yield Effect("utilisation", how, still, still, pair)
    if case.machines.price is not None and case.machines.price[0] < case.machines.price[1]:
        cheap, dear = case.machines.price
        centre = 0.5 * (cheap + dear)
        pair = _ordered(np.log(cheap / centre), np.log(dear / centre))
        yield Effect("price", f"{cheap:g} to {dear:g} USD a device-hour", still, still, pair)


def _laws(rivals: Sequence[Rival], case: Case) -> Iterator[Effect]:
    """The smallest and the largest model that another law would have trained."""
    if not rivals:
        return
    shifts = [float(np.log(one.N / case.N)) for one in rivals]
    first, last = rivals[int(np.argmin(shifts))], rivals[int(np.argmax(shifts))]
    lost = max(one.if_true[1] for one in rivals)
    how = f"{first.label} to {last.label}, at the same total compute"
    pair = (min(shifts), max(shifts))
    yield Effect("another published law", how, pair, None, (0.0, 0.0), lost)


def _effect(of: str, how: str, moved: Settled, case: Case, ignored: float | None = None) -> Effect:
    total = float(case.problem.total(np.array(case.N), np.array(case.D)))
    size, cost = np.log(moved.N / case.N), np.log(moved.total / total)
    loss = moved.loss - case.loss
    return Effect(of, how, _ordered(*size), _ordered(*loss), _ordered(*cost), ignored)


def _ordered(*values: float) -> tuple[float, float]:
    known = [float(value) for value in values if np.isfinite(value)]
    return (min(known), max(known)) if known else (0.0, 0.0)


def _part(moved: Settled, rows: slice) -> Settled:
    return Settled(moved.N[rows], moved.D[rows], moved.loss[rows], moved.total[rows])


def _range(rows: slice) -> range:
    return range(rows.start, rows.stop)
