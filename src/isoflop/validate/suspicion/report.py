"""The whole suspicion of a table: ``suspect(runs) -> Suspicions``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from isoflop.core.errors import FitError
from isoflop.core.explain import Finding
from isoflop.core.files import canonical_json
from isoflop.core.provenance import Exclusion
from isoflop.core.result import figures_of
from isoflop.core.runs import Runs
from isoflop.core.sources import Source, cite_all
from isoflop.fit.objective import Objective
from isoflop.validate.suspicion.gap import Design, Lack, all_gaps
from isoflop.validate.suspicion.influence import Decision, Influence, decide, influence
from isoflop.validate.suspicion.suspect import named_rows

if TYPE_CHECKING:
    from isoflop.core.result import Drawing

STRONG = 0.10  # change of N* by one run that is worth a word; assumption
LISTED = 5
MOST = 0.4  # share of rows in doubt above which the rest decides nothing; assumption


@dataclass(frozen=True, eq=False)
class Named:
    """Runs and the reason to doubt them.

    Attributes
    ----------
    rows : row numbers of the source
    """

    kind: str
    code: str
    rows: tuple[int, ...]
    why: str
    do: str

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "kind": self.kind,
            "code": self.code,
            "rows": list(self.rows),
            "why": self.why,
            "do": self.do,
        }


@dataclass(frozen=True, eq=False)
class Suspicions:
    """Which runs to doubt, what each run decides, what the design lacks.

    Attributes
    ----------
    named : reasons with their rows
    left_out : rows that reading had already left out, with its reasons
    pulls : row, params, tokens, loss, change of N* and of the forecast without the run, exact
    without : the decision without the named runs; None if nothing is named or over 40% are
    gaps : (code, what the design lacks and the runs that mend it)
    """

    n_runs: int
    budget: float
    decision: Decision
    without: Decision | None
    named: tuple[Named, ...]
    left_out: tuple[Exclusion, ...]
    pulls: pl.DataFrame
    gaps: tuple[tuple[str, Lack], ...]
    source: str

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every suspicion and gap as a finding, and W620 where one run decides."""
        found = [
            Finding(item.code, f"rows {', '.join(map(str, item.rows))}: {item.why}; {item.do}.")
            for item in self.named
        ]
        found += [
            Finding(code, f"{lack.text}; buy {' and '.join(map(str, lack.mend))}.")
            for code, lack in self.gaps
        ]
        strong = self.pulls.filter(pl.col("size_change").abs() > STRONG).head(LISTED)
        if len(strong):
            rows = ", ".join(
                f"row {r} ({c:+.0%})" for r, c in strong["row", "size_change"].iter_rows()
            )
            found.append(
                Finding(
                    "W620", f"leaving out one run moves the optimal size at the budget: {rows}."
                )
            )
        return tuple(found)

    def tables(self) -> dict[str, pl.DataFrame]:
        """``suspicions`` (one row per run named), ``influence`` and ``gaps``."""
        rows = [
            {"row": row, "kind": item.kind, "code": item.code, "why": item.why}
            for item in self.named
            for row in item.rows
        ]
        kinds = {"row": pl.Int64, "kind": pl.String, "code": pl.String, "why": pl.String}
        mends = [
            {"code": code, "text": lack.text} | run.to_dict()
            for code, lack in self.gaps
            for run in lack.mend
        ]
        schema = {"code": pl.String, "text": pl.String} | dict.fromkeys(
            ("params", "tokens", "flops"), pl.Float64
        )
        return {
            "suspicions": pl.DataFrame(rows, schema=kinds),
            "influence": self.pulls,
            "gaps": pl.DataFrame(mends, schema=schema),
        }

    def to_dict(self) -> dict[str, object]:
        """Everything as plain values."""
        return {
            "source": self.source,
            "runs": self.n_runs,
            "budget": self.budget,
            "decision": self.decision.to_dict(),
            "decision_without_named": None if self.without is None else self.without.to_dict(),
            "suspicions": [item.to_dict() for item in self.named],
            "left_out_by_reading": [item.to_dict() for item in self.left_out],
            "influence": self.pulls.to_dicts(),
            "gaps": [
                {"code": code, "text": lack.text, "mend": [run.to_dict() for run in lack.mend]}
                for code, lack in self.gaps
            ],
            "warnings": [finding.to_dict() for finding in self.findings],
        }

    def to_json(self) -> str:
        """One complete JSON document."""
        return canonical_json(self.to_dict())

    def figures(self) -> Mapping[str, Drawing]:
        """Numbers of the figures this result can fill."""
        return figures_of(self)

    def cite(self) -> tuple[Source, ...]:
        """The works it rests on."""
        return cite_all(["hoffmann2022", "besiroglu2024", "misfitting2025", "muennighoff2023"])

    def __repr__(self) -> str:
        rows = sum(len(item.rows) for item in self.named)
        kinds = ", ".join(dict.fromkeys(item.kind for item in self.named)) or "nothing"
        return "\n".join(
            (
                f"Suspicions about {self.n_runs} runs: {rows} named ({kinds})",
                f"  optimal size at {self.budget:.3g} FLOP {self.decision.N:.3g}, without them "
                f"{'-' if self.without is None else format(self.without.N, '.3g')}",
                f"  {len(self.gaps)} gaps in the design",
            )
        )


def suspect(
    runs: Runs,
    *,
    budget: float | None = None,
    objective: Objective | None = None,
    target: str | None = None,
    seed: int = 0,
) -> Suspicions:
    """Name the runs to doubt with a reason, weigh what every run decides, list design gaps.

    Parameters
    ----------
    budget : FLOP at which the decision is weighed; ten times the largest run by default.
    target : column of the loss.
    seed : of the small subsets from which the robust law starts.

    Raises
    ------
    DataError
        E605 with too few runs, E606 if sizes, tokens or losses are not positive.
    FitError
        If the runs cannot determine the additive law.
    """
    found = named_rows(runs, target=target, seed=seed)
    numbers = runs.rows
    named = tuple(
        Named(kind.name, kind.code, tuple(numbers[claim.rows].tolist()), claim.why, claim.do)
        for kind, claim in found
    )
    doubted = np.zeros(len(runs), dtype=bool)
    for _, claim in found:
        doubted[claim.rows] = True
    pulls = influence(runs, budget=budget, objective=objective, target=target, seed=seed)
    most = doubted.mean() > MOST
    healthy = runs if most else runs.take(~doubted)
    design = Design(healthy.values("N"), healthy.values("D"))
    gaps = tuple((gap.code, lack) for gap in all_gaps() for lack in gap.find(design))
    return Suspicions(
        n_runs=len(runs),
        budget=pulls.budget,
        decision=pulls.decision,
        without=_without(
            healthy, bool(doubted.any()) and not most, pulls.budget, objective, target, seed
        ),
        named=named,
        left_out=runs.provenance.exclusions,
        pulls=_table(runs, pulls, target),
        gaps=gaps,
        source=runs.provenance.source,
    )


def _without(
    healthy: Runs,
    is_doubted: bool,
    budget: float,
    objective: Objective | None,
    target: str | None,
    seed: int,
) -> Decision | None:
    if not is_doubted:
        return None
    try:
        return decide(healthy, budget, objective=objective, target=target, seed=seed)
    except FitError:
        return None  # what is left cannot determine the law; the result says so by its absence


def _table(runs: Runs, pulls: Influence, target: str | None) -> pl.DataFrame:
    """Runs by how far leaving them out moves the decision, the strongest first."""
    size, loss = np.expm1(pulls.log_size), np.expm1(pulls.log_loss)
    order = np.argsort(-np.abs(pulls.log_size), kind="stable")
    return pl.DataFrame(
        {
            "row": runs.rows[order],
            "params": runs.values("N")[order],
            "tokens": runs.values("D")[order],
            "loss": runs.values(target or "loss")[order],
            "size_change": size[order],
            "loss_change": loss[order],
            "exact": pulls.exact[order],
        }
    )
