"""The answer to a planning question: what to train, how sure, what error costs, how far out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.explain import Finding
from isoflop.core.files import canonical_json
from isoflop.core.quantities import format_count
from isoflop.core.result import figures_of
from isoflop.core.sources import Source, cite_all

if TYPE_CHECKING:
    import polars as pl

    from isoflop.core.result import Drawing

FAR = 10.0  # times beyond the evidence; assumption: no published check reaches further
NO_INTERVAL = "no interval: published point values"


@dataclass(frozen=True)
class Estimate:
    """A number with its interval; lo and hi are None where there is no doubt or none is known."""

    value: float
    lo: float | None
    hi: float | None
    unit: str

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {"value": self.value, "lo": self.lo, "hi": self.hi, "unit": self.unit}


@dataclass(frozen=True)
class Alternative:
    """Another plan: what it gives, and what it costs against the best one.

    Parameters
    ----------
    loss : what it reaches.
    extra_loss : above the lowest loss for its total compute.
    compute_factor : its total compute over the least that reaches its loss; 1 is best.
    """

    name: str
    inputs: Mapping[str, float]
    loss: Estimate
    extra_loss: Estimate
    compute_factor: Estimate

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "name": self.name,
            "inputs": dict(self.inputs),
            "loss": self.loss.to_dict(),
            "extra_loss": self.extra_loss.to_dict(),
            "compute_factor": self.compute_factor.to_dict(),
        }


@dataclass(frozen=True)
class Plan:
    """What to train.

    Attributes
    ----------
    optimum : by symbol: N, D, C (training FLOP), M (tokens per parameter); C_total and saving where
        tokens are served, epochs where unique tokens are limited
    loss : what the plan reaches
    regret : mean and upper quantile, over the ensemble, of the loss above each member's own optimum
        and of the compute that would have done; holds only a reason where no ensemble exists
    flat : range of N that loses no more than ``tolerance`` of the compute
    reach : {symbol: factor beyond the evidence}; 1 is inside, None is unknown
    sources : citation keys of the law, its coefficients and the price of serving
    """

    question: str
    label: str
    law: str
    target: str
    level: float
    optimum: Mapping[str, Estimate]
    loss: Estimate
    regret: Mapping[str, object]
    flat: Mapping[str, object]
    reach: Mapping[str, float | None]
    constraints: Mapping[str, object]
    alternatives: tuple[Alternative, ...] = ()
    warnings: tuple[Finding, ...] = ()
    scope: tuple[str, ...] = ()
    conventions: Mapping[str, object] = field(default_factory=dict)
    provenance: Mapping[str, object] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    @property
    def farthest(self) -> float | None:
        """The largest known reach beyond the evidence; None if no range is known."""
        known = [factor for factor in self.reach.values() if factor is not None]
        return max(known) if known else None

    @property
    def is_far(self) -> bool:
        """Whether the plan stands further out than any forecast of this kind was tested."""
        return self.farthest is not None and self.farthest > FAR

    def tables(self) -> dict[str, pl.DataFrame]:
        """``optimum``: one row a quantity, the target last; ``alternatives``: one row each."""
        import polars as pl

        found = {**self.optimum, self.target: self.loss}
        optimum = [{"name": name, **vars(item)} for name, item in found.items()]
        others = []
        for item in self.alternatives:
            prices = {
                "loss": item.loss,
                "extra_loss": item.extra_loss,
                "compute_factor": item.compute_factor,
            }
            row: dict[str, object] = {"name": item.name, **item.inputs}
            for price, value in prices.items():
                row |= {price: value.value, f"{price}_lo": value.lo, f"{price}_hi": value.hi}
            others.append(row)
        return {
            "optimum": pl.DataFrame(optimum, infer_schema_length=None),
            "alternatives": pl.DataFrame(others, infer_schema_length=None),
        }

    def figures(self) -> Mapping[str, Drawing]:
        """Numbers of the figures of a plan; ``show.draw`` draws them."""
        return figures_of(self)

    def cite(self) -> tuple[Source, ...]:
        """The works the plan rests on."""
        return cite_all(self.sources)

    def to_dict(self) -> dict[str, object]:
        """The contract of ``plan`` and all else that was found."""
        return {
            "kind": "isoflop-plan",
            "question": self.question,
            "label": self.label,
            "law": self.law,
            "target": self.target,
            "level": self.level,
            "optimum": {name: item.to_dict() for name, item in self.optimum.items()},
            "loss": self.loss.to_dict(),
            "regret": dict(self.regret),
            "flat": dict(self.flat),
            "reach": dict(self.reach),
            "constraints": dict(self.constraints),
            "alternatives": [item.to_dict() for item in self.alternatives],
            "warnings": [finding.to_dict() for finding in self.warnings],
            "scope": list(self.scope),
            "conventions": dict(self.conventions),
            "provenance": dict(self.provenance),
            "sources": list(self.sources),
        }

    def to_json(self) -> str:
        """One JSON document; equal plans give equal bytes."""
        return canonical_json(self.to_dict())

    def __repr__(self) -> str:
        n, d, c = (self.optimum[name] for name in ("N", "D", "C"))
        reach = "unknown" if self.farthest is None else f"{self.farthest:.3g}x"
        return "\n".join(
            (
                f"Plan by {self.label}: {format_count(n.value)} parameters on "
                f"{format_count(d.value)} tokens, {format_count(c.value)} FLOP",
                f"  {self.target} {self.loss.value:.4f} {self.loss.unit}, "
                + (NO_INTERVAL if self.loss.lo is None else f"{self.level:.0%} intervals"),
                f"  reach {reach}, {len(self.warnings)} warnings",
            )
        )


def estimate(values: FloatArray, level: float, unit: str) -> Estimate:
    """Point and interval from the values of every parameter set, the point first: (n_sets,).

    Sets without a value (nan) are left out; an end that is infinite is None.
    """
    draws = values[1:][~np.isnan(values[1:])]
    lo, hi = span(draws, level) if len(draws) else (None, None)
    return Estimate(float(values[0]), lo, hi, unit)


def span(draws: FloatArray, level: float) -> tuple[float | None, float | None]:
    """Central interval of draws (n_draws,)."""
    tails = [50.0 * (1.0 - level), 50.0 * (1.0 + level)]
    if np.isfinite(draws).all():
        lo, hi = np.percentile(draws, tails)
    else:  # no interpolation next to infinity
        lo, hi = np.percentile(draws, tails, method="inverted_cdf")
    return (
        float(lo) if np.isfinite(lo) else None,
        float(hi) if np.isfinite(hi) else None,
    )
