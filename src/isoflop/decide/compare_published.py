"""What every published set of coefficients advises for one budget, disagreement included."""

from __future__ import annotations

from dataclasses import dataclass

from isoflop.core.errors import PlanError
from isoflop.core.files import canonical_json
from isoflop.decide.plan_findings import COMPARABLE_UNIT
from isoflop.decide.plan_run import plan_run
from isoflop.decide.question import Request, checked
from isoflop.fit.fit import Fit
from isoflop.laws.catalogue import all_laws
from isoflop.laws.law import Law, Published

COMPARABLE_COUNTS = ("total", "tied")
PLANNED = {"N", "N_ne", "D", "U", "epochs", "M", "C", "x"}  # inputs a budget alone can choose
TWO_INPUTS = ("N", "D")


@dataclass(frozen=True)
class Advice:
    """What one published set says; N, D and loss are None where it says nothing.

    Parameters
    ----------
    is_comparable : whether it enters the disagreement; the note says why not.
    reach : factor beyond its own evidence, None if unknown.
    """

    label: str
    counts: str
    unit: str
    N: float | None
    D: float | None
    loss: float | None
    reach: float | None
    is_comparable: bool
    note: str | None


@dataclass(frozen=True)
class Disagreement:
    """Every published set side by side."""

    budget: float
    rows: tuple[Advice, ...]

    @property
    def ratio(self) -> float | None:
        """Largest over smallest size among the comparable sets; None with fewer than two."""
        sizes = [row.N for row in self.rows if row.is_comparable and row.N is not None]
        return max(sizes) / min(sizes) if len(sizes) > 1 else None

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "kind": "isoflop-published-plans",
            "budget": self.budget,
            "ratio": self.ratio,
            "sets": [dict(vars(row)) for row in self.rows],
        }

    def to_json(self) -> str:
        """One JSON document."""
        return canonical_json(self.to_dict())

    def __repr__(self) -> str:
        agree = sum(row.is_comparable for row in self.rows)
        ratio = "unknown" if self.ratio is None else f"{self.ratio:.2g}x"
        return "\n".join(
            (
                f"Published advice for {self.budget:g} FLOP",
                f"  {len(self.rows)} sets, {agree} comparable",
                f"  sizes differ by {ratio}",
            )
        )


def compare_published(budget: float, *, flop_per_nd: float = 6.0) -> Disagreement:
    """Ask every published set of every law of loss, size, tokens or compute.

    None of them is dropped; those that differ in kind say why.

    Parameters
    ----------
    budget : training compute, FLOP.
    """
    rows = [
        _advice(law, published, budget, flop_per_nd)
        for law in all_laws()
        if law.target == "loss" and not (set(law.inputs) - PLANNED)
        for published in law.published
        if not published.example
    ]
    return Disagreement(budget, tuple(sorted(rows, key=lambda row: not row.is_comparable)))


def compare_for(budget: float | None, *, flop_per_nd: float = 6.0) -> Disagreement:
    """:func:`compare_published` for a budget that may be missing.

    Raises
    ------
    UsageError
        E404 without a budget.
    """
    checked(Request(budget=budget, flop_per_nd=flop_per_nd))
    assert budget is not None
    return compare_published(budget, flop_per_nd=flop_per_nd)


def _advice(law: Law, published: Published, budget: float, flop_per_nd: float) -> Advice:
    label = f"{law.name}@{published.name}"
    notes = _differences(law, published)
    try:
        plan = plan_run(Fit.published(label), budget=budget, flop_per_nd=flop_per_nd)
    except PlanError as error:
        silent = (label, published.counts, published.unit, None, None, None, None)
        return Advice(*silent, is_comparable=False, note=error.what)
    if any(finding.code == "W502" for finding in plan.warnings):
        notes.append("at the edge of the search: no optimum of its own at this compute")
    return Advice(
        label=label,
        counts=published.counts,
        unit=published.unit,
        N=plan.optimum["N"].value,
        D=plan.optimum["D"].value,
        loss=plan.loss.value,
        reach=plan.farthest,
        is_comparable=not notes,
        note="; ".join(notes) or published.note,
    )


def _differences(law: Law, published: Published) -> list[str]:
    notes = []
    if law.target != "loss":
        notes.append(f"predicts {law.target}")
    if published.unit != COMPARABLE_UNIT:
        notes.append(f"loss is {published.unit}")
    if published.counts not in COMPARABLE_COUNTS:
        notes.append(f"N counts {published.counts} parameters")
    if law.inputs != TWO_INPUTS:
        notes.append(f"inputs are {', '.join(law.inputs)}; every token taken as unique")
    return notes
