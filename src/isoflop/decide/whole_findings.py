"""What to be wary of in a whole plan: the limit that decides, and layouts that may be late."""

from __future__ import annotations

from isoflop.core.explain import Finding
from isoflop.decide.demand import Demand
from isoflop.decide.hardware.placement import Placed
from isoflop.decide.plan import Plan


def limit_findings(demand: Demand, plan: Plan) -> list[Finding]:
    """W632 which limit decides, W633 if low utilisation breaks it, W634 on money and time."""
    found = []
    spent = plan.optimum["C"].value
    limits = demand.compute
    tight = demand.limits.target is None and demand.target_score is None
    if limits and tight and len(limits) > 1:
        first, others = limits[0], limits[1:]
        slack = ", ".join(f"{one.name} {one.flop / spent:.3g}x" for one in others)
        text = f"The {first.name} decides ({first.said}); other limits allow more: {slack}."
        found.append(Finding("W632", text))
    for limit in limits:
        if limit.lo < spent <= limit.flop:
            text = (
                f"At the low end of utilisation {limit.said} allow {limit.lo:.3g} FLOP only: the "
                "run would not be done."
            )
            found.append(Finding("W633", text))
    if demand.goal in ("money", "time"):
        text = (
            "On fixed machines money and time both follow the training compute, so the least "
            "compute is planned; a larger batch buys time, see the question on it."
        )
        found.append(Finding("W634", text))
    return found


def place_findings(demand: Demand, place: Placed | None, lacking: str) -> list[Finding]:
    """W635 without a layout, W636 if the fastest may be late.

    Parameters
    ----------
    lacking : figure of the chip that a layout needs.
    """
    if demand.machines is not None and place is None:
        why = lacking or "None was found on these machines."
        text = f"No layout: {why} Days and money rest on utilisation alone; memory is unchecked."
        return [Finding("W635", text)]
    if place is not None and demand.days is not None and place.days[1] > demand.days:
        low, high = place.days
        text = (
            f"The fastest layout takes {low:.3g} to {high:.3g} days; the deadline is "
            f"{demand.days:g}."
        )
        return [Finding("W636", text)]
    return []
