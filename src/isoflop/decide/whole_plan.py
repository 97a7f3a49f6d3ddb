"""Every question of one training run, answered on one forecast: ``whole_plan(fit, demand)``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from isoflop.core.errors import PlanError
from isoflop.core.explain import Finding
from isoflop.core.files import canonical_json
from isoflop.core.flops import Shape
from isoflop.core.sources import Source, cite_all
from isoflop.decide.case import Case
from isoflop.decide.choices import Choice, choices_of
from isoflop.decide.demand import Demand, sized_request
from isoflop.decide.detail import Answer, details
from isoflop.decide.hardware.placement import Placed
from isoflop.decide.hardware.search import Found
from isoflop.decide.infeasible import beyond_compute, no_unique_tokens, out_of_reach, over_memory
from isoflop.decide.machines import ComputeLimit, Machines
from isoflop.decide.more_inputs import chosen_inputs
from isoflop.decide.placing import largest_fitting
from isoflop.decide.plan import Plan
from isoflop.decide.plan_run import plan_for
from isoflop.decide.question import Request
from isoflop.decide.rivals import Rival, rivals_of
from isoflop.decide.score_goal import Score, score_of, target_loss
from isoflop.decide.sensitivity import Effect, effects_of
from isoflop.decide.settled_case import case_of, placed_case, sequences_of
from isoflop.decide.whole_findings import limit_findings, place_findings
from isoflop.fit.fit import Fit

SPENT = 1.0 + 1e-6  # of a limit on compute: rounding is no excess


@dataclass(frozen=True)
class WholePlan:
    """The decision and all that belongs to it.

    Attributes
    ----------
    plan : size, tokens and loss
    demand : what was asked for
    limits : on training compute, the tightest first
    place : fastest layout on the machines; None without machines, or if their figures are missing
    score : benchmark score of the loss; None without a downstream law
    choices : other goals under the same limits
    rivals : other published laws
    effects : what would change the plan, the largest first
    """

    plan: Plan
    demand: Demand
    limits: tuple[ComputeLimit, ...]
    shape: Shape
    place: Placed | None
    score: Score | None
    choices: tuple[Choice, ...]
    answers: tuple[Answer, ...]
    rivals: tuple[Rival, ...]
    effects: tuple[Effect, ...]
    warnings: tuple[Finding, ...]

    @property
    def machines(self) -> Machines | None:
        """The machines, if any were named."""
        return self.demand.machines

    @property
    def flop(self) -> float:
        """Training FLOP."""
        return self.plan.optimum["C"].value

    @property
    def sources(self) -> tuple[str, ...]:
        """Citation keys of the plan and of all answers."""
        keys = [*self.plan.sources, *(key for answer in self.answers for key in answer.sources)]
        return tuple(dict.fromkeys(key for key in keys if key))

    def cite(self) -> tuple[Source, ...]:
        """The works behind it."""
        return cite_all(self.sources)

    def price(self) -> dict[str, object] | None:
        """Days and money of training, {value, lo, hi}; None without machines."""
        if self.machines is None:
            return None
        days, usd = self.machines.days(self.flop), self.machines.usd(self.flop)
        return {
            "days": _span(days, "days"),
            "usd": None if usd is None else _span(usd, "USD"),
            "utilisation": list(self.machines.utilisation),
            "devices": self.machines.devices,
            "chip": self.machines.chip.name,
        }

    def to_dict(self) -> dict[str, object]:
        """The document of a plan, and all else beside it."""
        return {
            **self.plan.to_dict(),
            "kind": "isoflop-whole-plan",
            "objective": self.demand.goal,
            "compute_limits": [vars(limit) for limit in self.limits],
            "shape": vars(self.shape),
            "price": self.price(),
            "layout": None if self.place is None else self.place.to_dict(),
            "score": None if self.score is None else self.score.to_dict(),
            "choices": [choice.to_dict() for choice in self.choices],
            "questions": [answer.to_dict() for answer in self.answers],
            "rivals": [rival.to_dict() for rival in self.rivals],
            "effects": [effect.to_dict() for effect in self.effects],
            "warnings": [finding.to_dict() for finding in self.warnings],
            "sources": list(self.sources),
        }

    def to_json(self) -> str:
        """One JSON document; equal demands give equal bytes."""
        return canonical_json(self.to_dict())

    def __repr__(self) -> str:
        first, *_ = repr(self.plan).splitlines()
        return "\n".join(
            (
                f"Whole {first[0].lower()}{first[1:]}",
                f"  {len(self.answers)} questions, {len(self.rivals)} other laws",
                f"  {len(self.warnings)} warnings",
            )
        )


def whole_plan(fit: Fit, demand: Demand, *, level: float = 0.9) -> WholePlan:
    """Settle size and tokens under all limits, then answer every further question.

    Parameters
    ----------
    fit : law of the loss, fitted or published.
    demand : goal, limits, machines and further fits.

    Raises
    ------
    UsageError
        E631 where the goal needs something that was not given.
    PlanError
        E632 with the limit that binds and the nearest plan; E401 if the law has no such loss.
    """
    request = _request(fit, demand)
    # Inputs that were chosen are held from here on, for every other goal too.
    demand = replace(demand, limits=replace(demand.limits, held=request.held))
    plan = _sized(fit, demand, request, level)
    _check_compute(fit, demand, plan)
    case = case_of(fit, demand, request, plan)
    found, lacking = placed_case(case)
    if found is not None and found.binding == "memory":
        request, plan, case, found = _within_memory(fit, demand, request, case, found, level)
    rivals = rivals_of(case, request, fit.label, demand.rivals)
    answers = [one for each in details() if (one := each.answer(case)) is not None]
    place = None if found is None else found.best
    return WholePlan(
        plan=plan,
        demand=demand,
        limits=demand.compute,
        shape=case.shape,
        place=place,
        score=score_of(demand.score_law, plan),
        choices=tuple(choices_of(fit, demand, plan)),
        answers=tuple(answers),
        rivals=tuple(rivals),
        effects=effects_of(fit, request, case, rivals),
        warnings=(
            *plan.warnings,
            *limit_findings(demand, plan),
            *place_findings(demand, place, lacking),
            *(note for answer in answers for note in answer.findings),
        ),
    )


def _request(fit: Fit, demand: Demand) -> Request:
    if demand.target_score is not None:
        loss = target_loss(demand.score_law, demand.target_score)
        demand = replace(demand, limits=replace(demand.limits, target=loss))
    if demand.limits.unique_tokens == 0.0:
        raise no_unique_tokens(fit, sized_request(_without_data_limit(demand)))
    request = sized_request(demand)
    return chosen_inputs(fit, request, demand.choose) if demand.choose else request


def _without_data_limit(demand: Demand) -> Demand:
    return replace(demand, limits=replace(demand.limits, unique_tokens=None, max_epochs=None))


def _sized(fit: Fit, demand: Demand, request: Request, level: float) -> Plan:
    try:
        return plan_for(fit, request, level=level)
    except PlanError as error:
        if error.code != "E401":
            raise
        raise out_of_reach(fit, request, error) from error


def _check_compute(fit: Fit, demand: Demand, plan: Plan) -> None:
    if demand.compute and plan.optimum["C"].value > demand.compute[0].flop * SPENT:
        raise beyond_compute(fit, demand, plan, demand.compute[0])


def _within_memory(
    fit: Fit, demand: Demand, request: Request, case: Case, found: Found, level: float
) -> tuple[Request, Plan, Case, Found | None]:
    """The plan with the largest size that fits; an error where a smaller one is not allowed."""
    assert case.machines is not None
    most = largest_fitting(case.shape, sequences_of(case), case.machines, case.N)
    more = f", or {found.nearest.layout.devices} devices" if found.nearest is not None else ""
    if request.min_params is not None and request.min_params > most:
        raise over_memory(most, request.min_params, more)
    smaller = replace(request, max_params=most)
    try:
        plan = plan_for(fit, smaller, level=level)
        _check_compute(fit, demand, plan)
    except PlanError as error:
        raise over_memory(most, case.N, more) from error
    text = (
        f"Memory decides the size: {case.N:.3g} parameters would be better but do not fit "
        f"{case.machines.devices} x {case.machines.chip.label}{more}."
    )
    plan = replace(plan, warnings=(*plan.warnings, Finding("W631", text)))
    changed = case_of(fit, demand, smaller, plan)
    return smaller, plan, changed, placed_case(changed)[0]


def _span(values: tuple[float, float, float], unit: str) -> Mapping[str, object]:
    value, low, high = values
    return {"value": value, "lo": low, "hi": high, "unit": unit}
