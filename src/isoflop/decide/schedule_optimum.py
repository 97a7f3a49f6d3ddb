"""The learning-rate schedule with the lowest final loss under a curve law, and its shape.

The rate never rises, ends at zero or above, and starts at or below a peak (mpl2025).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import UsageError
from isoflop.core.explain import Finding
from isoflop.core.files import canonical_json
from isoflop.decide.schedule_search import FallProblem
from isoflop.fit.curve_fit.curve_fit import CurveFit
from isoflop.fit.curve_fit.findings import beyond
from isoflop.laws.schedule_shapes import Plan

if TYPE_CHECKING:
    import polars as pl

KNOTS = 160  # assumption: more change no final loss in its fifth digit
_FACTORS = ("constant", "cosine_tenth", "cosine", "linear", "wsd", "wsd_linear", "wsd_halving")
_DECAYS = (0.1, 0.2)  # haegele2024: the usual cooldowns
_FLAT = 0.99  # of the peak: the decay begins below
_DECAYING = (0.05, 0.9)  # part of the decay whose exponent is read
_STARTS = 3  # of the usual schedules, the best this many are searched from
_GAP = 5e-4  # nat/token; assumption: less than what another seed moves a final loss by


@dataclass(frozen=True)
class Shape:
    """A schedule in three numbers.

    Attributes
    ----------
    decay : share of the steps after the rate left the peak.
    exponent : p of rate = peak (1 - q)^p over the decay, q the share of the decay that is over.
    last : final rate over the peak.
    """

    decay: float
    exponent: float | None
    last: float


@dataclass(frozen=True, eq=False)
class ScheduleOptimum:
    """The best schedule and what it gains over the usual ones.

    Attributes
    ----------
    rates : (n_steps,) learning rate of every step, warm-up included.
    loss : final loss under the law.
    others : {usual schedule: final loss}, at the same peak and steps.
    gap : by how much the loss could still fall at most if it were linear in the falls of the rate
        (the gap of Frank and Wolfe); near zero at an optimum.
    """

    fit: CurveFit
    rates: FloatArray
    warmup: int
    peak: float
    loss: float
    others: Mapping[str, float]
    gap: float
    notes: tuple[Finding, ...]

    @cached_property
    def shape(self) -> Shape:
        """Decay share, exponent of the decay and last rate, after the warm-up."""
        return shape_of(self.rates[self.warmup :])

    def table(self) -> pl.DataFrame:
        """One row a step: step, lr."""
        import polars as pl

        rates = [float(f"{rate:.10g}") for rate in self.rates]
        return pl.DataFrame({"step": np.arange(1, len(rates) + 1), "lr": rates})

    def to_dict(self) -> dict[str, object]:
        """Plain fields, the rate of every step among them."""
        return {
            "kind": "isoflop-schedule",
            "law": self.fit.law.name,
            "steps": len(self.rates),
            "warmup": self.warmup,
            "peak": self.peak,
            "loss": self.loss,
            "others": dict(self.others),
            "decay_share": self.shape.decay,
            "decay_exponent": self.shape.exponent,
            "last_over_peak": self.shape.last,
            "gap": self.gap,
            "warnings": [note.to_dict() for note in self.notes],
            "lr": self.rates.tolist(),
        }

    def to_json(self) -> str:
        """One JSON document."""
        return canonical_json(self.to_dict())


def best_schedule(
    fit: CurveFit,
    *,
    steps: int,
    peak: float,
    warmup: int = 0,
    size: float | None = None,
    knots: int = KNOTS,
) -> ScheduleOptimum:
    """Minimise the final loss over schedules that never rise after warm-up.

    Parameters
    ----------
    steps, warmup : of the run, and of its linear warm-up, which is kept as it is.
    peak : largest learning rate allowed, in the unit of the fit.
    size : parameters N, for laws that have it.
    knots : most corners of the schedule; every step is one where the run is shorter.

    Raises
    ------
    UsageError
        E539 if there is nothing to choose, or the law credits a rate of zero at once (gamma >= 1);
        E536, E537 as ``Plan`` and the law do.
    """
    _refuse(fit, steps=steps, warmup=warmup, knots=knots)
    rise = Plan("constant", steps, peak, warmup).rates[:warmup]
    problem = FallProblem.of(fit, steps - warmup, peak, float(rise.sum()), size, knots)
    plans = _usual(steps, peak, warmup)
    others = {name: problem.loss(plan.rates[warmup:]) for name, plan in plans.items()}
    first = sorted(plans, key=lambda name: others[name])[:_STARTS]
    ends = [problem.descended(problem.logits(plans[name].rates[warmup:])) for name in first]
    found = min(ends, key=lambda end: problem.value(end)[0])
    # The search keeps every fall above zero, so a usual schedule may itself be the optimum.
    candidates = [problem.rates(found), *(plans[name].rates[warmup:] for name in first)]
    rates = min(candidates, key=problem.loss)
    course = problem.course(rates)
    return ScheduleOptimum(
        fit=fit,
        rates=np.concatenate([rise, rates]),
        warmup=warmup,
        peak=peak,
        loss=problem.loss(rates),
        others=others,
        gap=problem.gap(found),
        notes=(*beyond(fit.law, fit.evidence, course), *_unsettled(problem.gap(found))),
    )


def peak_of(fit: CurveFit) -> float:
    """Largest learning rate of the runs behind a fit.

    Raises
    ------
    UsageError
        E539 for published coefficients, which come without runs.
    """
    if "peak" not in fit.evidence:
        raise UsageError(
            "The largest learning rate is not known.",
            where=fit.label or fit.law.name,
            matters="the final loss of a schedule depends on its peak.",
            do="give it: --peak 3e-4",
            code="E539",
        )
    return fit.evidence["peak"][1]


def shape_of(rates: FloatArray) -> Shape:
    """Shape of rates (n_steps,) that do not rise."""
    share = rates / rates[0]
    n = len(share)
    flat = int((share >= _FLAT).sum())
    done = (np.arange(flat, n) - flat + 1.0) / max(n - flat + 1, 1)
    used = (done > _DECAYING[0]) & (done < _DECAYING[1]) & (share[flat:] > 0.0)
    exponent = None
    if used.sum() > 1:
        left = np.log1p(-done[used])
        exponent = float(left @ np.log(share[flat:][used]) / (left @ left))
    return Shape(1.0 - flat / n, exponent, float(share[-1]))


def _unsettled(gap: float) -> tuple[Finding, ...]:
    if gap <= _GAP:
        return ()
    text = f"The search may not have ended: the final loss could still fall by up to {gap:.2g}."
    return (Finding("W538", text),)


def _usual(steps: int, peak: float, warmup: int) -> dict[str, Plan]:
    plans = {}
    for name in _FACTORS:
        for decay in _DECAYS if name.startswith("wsd") else (None,):
            label = name if decay is None else f"{name} {decay:.0%}"
            plans[label] = Plan(name, steps, peak, warmup, *([] if decay is None else [decay]))
    return plans


def _refuse(fit: CurveFit, *, steps: int, warmup: int, knots: int) -> None:
    why = None
    if steps - warmup < 3 or warmup < 0:
        why = f"{steps} steps with {warmup} of warm-up leave no schedule to choose"
    elif knots < 3:
        why = f"{knots} knots draw no schedule"
    elif fit.law.name == "multi_power" and fit.values["gamma"] >= 1.0:
        why = f"gamma is {fit.values['gamma']:.3g}: a last rate of zero would be credited at once"
    if why:
        raise UsageError(
            f"No schedule can be optimised: {why}.",
            where="steps, warm-up, knots and the law",
            matters="the answer would not be a schedule one can train with.",
            do="give more steps or knots; hold gamma below 1 in the fit: --fix gamma=0.6.",
            code="E539",
        )
