"""A fitted curve law: parameters with doubt, how well each run is met, losses of any schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.explain import Finding
from isoflop.core.files import canonical_json, write_atomic
from isoflop.core.result import figures_of
from isoflop.core.sources import Source, cite_all
from isoflop.core.version import __version__
from isoflop.fit.curve_fit.document import KIND, fields_of, load_fields
from isoflop.fit.curve_fit.findings import beyond
from isoflop.fit.curve_fit.loss_curve import LossCurve
from isoflop.fit.curve_fit.prediction import CurvePrediction, RunError, run_error
from isoflop.fit.objective import Objective
from isoflop.laws.catalogue import get_curve_law
from isoflop.laws.course import Course
from isoflop.laws.curve_law import CurveLaw

if TYPE_CHECKING:
    import polars as pl

    from isoflop.core.result import Drawing


@dataclass(frozen=True, eq=False)
class CurveFit:
    """A curve law with fitted or published parameters.

    Attributes
    ----------
    draws : (n_draws, n_parameters) refits to resamples; no rows without them.
    errors : of the runs it was fitted to, at the steps that were used.
    held_out : of runs it was not fitted to.
    noise : robust standard deviation of the log residuals.
    evidence : {"steps", "peak", "N": (low, high)} of the runs.
    settings : how steps were chosen and warm-up was read.
    """

    law: CurveLaw
    values: Mapping[str, float]
    draws: FloatArray
    level: float = 0.9
    objective: Objective | None = None
    objective_value: float | None = None
    errors: tuple[RunError, ...] = ()
    held_out: tuple[RunError, ...] = ()
    noise: float = 0.0
    evidence: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    fixed: tuple[str, ...] = ()
    tried: int = 0
    agree: int = 0
    method: str = "none"
    seed: int = 0
    settings: Mapping[str, float | str] = field(default_factory=dict)
    warnings: tuple[Finding, ...] = ()
    label: str = ""
    provenance: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def published(cls, reference: str) -> CurveFit:
        """Published coefficients, ``multi_power@mpl-400m``: no interval, no data behind them.

        Raises
        ------
        UsageError
            E101 or E116 if there is no such curve law or set.
        """
        name, _, key = reference.partition("@")
        law = get_curve_law(name)
        found = law.coefficients(key)
        return cls(
            law=law,
            values=dict(found.values),
            draws=np.empty((0, len(law.parameters))),
            method="published",
            label=f"{law.name}@{found.name}",
            provenance={"source": found.source, "where": found.where, "note": found.note},
        )

    @property
    def intervals(self) -> dict[str, tuple[float, float] | None]:
        """Central intervals of the parameters at ``level``; None for held or published ones."""
        found: dict[str, tuple[float, float] | None] = dict.fromkeys(self.law.parameter_names)
        if len(self.draws):
            tail = 50.0 * (1.0 - self.level)
            ends = np.percentile(self.draws, [tail, 100.0 - tail], axis=0).T
            for name, (low, high) in zip(found, ends, strict=True):
                found[name] = None if name in self.fixed else (float(low), float(high))
        return found

    def predict(self, course: Course, *, offset: int = 0) -> CurvePrediction:
        """Expected losses along a course, with the doubt of the parameters alone.

        Parameters
        ----------
        offset : steps of warm-up before the course, for the numbers of the steps.

        Raises
        ------
        UsageError
            E537 if the law needs a size and the course has none.
        """
        loss = self.law.losses(course, self.values)
        low = high = None
        if len(self.draws):
            names = self.law.parameter_names
            sets = [dict(zip(names, row, strict=True)) for row in self.draws.tolist()]
            spread = np.stack([self.law.formula(course, values) for values in sets])
            tail = 50.0 * (1.0 - self.level)
            low, high = np.percentile(spread, [tail, 100.0 - tail], axis=0)
        notes = beyond(self.law, self.evidence, course)
        rates = course.rates[course.steps - 1]
        return CurvePrediction(course.steps + offset, rates, loss, low, high, self.level, notes)

    def errors_of(self, curves: Sequence[LossCurve]) -> tuple[RunError, ...]:
        """Relative errors on other runs, at all of their logged steps."""
        return tuple(run_error(self.law, self.values, curve) for curve in curves)

    def to_dict(self) -> dict[str, object]:
        """All that is needed to load it again."""
        spans = self.intervals
        parameters = {}
        for item in self.law.parameters:
            low, high = spans[item.name] or (None, None)
            value = {"value": self.values[item.name], "lo": low, "hi": high, "unit": item.unit}
            parameters[item.name] = value
        objective = None
        if self.objective is not None:
            objective = {
                "name": self.objective.name,
                "delta": self.objective.delta,
                "value": self.objective_value,
            }
        return {
            "kind": KIND,
            "version": __version__,
            "law": self.law.name,
            "label": self.label,
            "parameters": parameters,
            "level": self.level,
            "fixed": list(self.fixed),
            "objective": objective,
            "errors": [item.to_dict() for item in self.errors],
            "held_out": [item.to_dict() for item in self.held_out],
            "noise": self.noise,
            "evidence": {name: list(span) for name, span in self.evidence.items()},
            "starts": {"tried": self.tried, "agree": self.agree},
            "intervals": self.method,
            "seed": self.seed,
            "settings": dict(self.settings),
            "warnings": [finding.to_dict() for finding in self.warnings],
            "draws": self.draws.tolist(),
            "provenance": dict(self.provenance),
        }

    def tables(self) -> dict[str, pl.DataFrame]:
        """``parameters``, ``draws``, ``errors`` and ``held_out`` as data frames."""
        import polars as pl

        spans = self.intervals
        parameters = [
            {"name": item.name, "value": self.values[item.name]}
            | dict(zip(("lo", "hi"), spans[item.name] or (None, None), strict=True))
            | {"unit": item.unit, "meaning": item.meaning}
            for item in self.law.parameters
        ]
        return {
            "parameters": pl.DataFrame(parameters, infer_schema_length=None),
            "draws": pl.DataFrame(self.draws, schema=list(self.law.parameter_names)),
            "errors": pl.DataFrame([item.to_dict() for item in self.errors]),
            "held_out": pl.DataFrame([item.to_dict() for item in self.held_out]),
        }

    def figures(self) -> Mapping[str, Drawing]:
        """Numbers of the figures it can fill."""
        return figures_of(self)

    def cite(self) -> tuple[Source, ...]:
        """The work behind the law."""
        return cite_all([self.law.source])

    def to_json(self) -> str:
        """One JSON document; equal fits give equal bytes."""
        return canonical_json(self.to_dict())

    def save(self, path: str | Path) -> Path:
        """Write the document, whole or not at all."""
        return write_atomic(path, self.to_json())

    @classmethod
    def load(cls, path: str | Path) -> CurveFit:
        """Read a saved fit.

        Raises
        ------
        DataError
            E538 if the file is missing or is not the document of a curve fit.
        """
        return cls(**load_fields(path))

    @classmethod
    def from_json(cls, text: str, where: str = "the document") -> CurveFit:
        """A fit from its document; see :meth:`load`."""
        return cls(**fields_of(text, where))

    def __repr__(self) -> str:
        values = ", ".join(f"{name} {value:.4g}" for name, value in self.values.items())
        return "\n".join(
            (
                f"CurveFit of {self.label or self.law.name} to {len(self.errors)} runs, "
                f"{self.agree} of {self.tried} starts agree",
                f"  {values}",
                f"  noise {self.noise:.2%}, {len(self.warnings)} warnings",
            )
        )
