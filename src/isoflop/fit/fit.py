"""A fit: the parameters of a law, their doubt, what they rest on, and what to be wary of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from isoflop.core.arrays import FloatArray
from isoflop.core.explain import Finding
from isoflop.core.files import canonical_json, write_atomic
from isoflop.core.result import figures_of
from isoflop.core.runs import Runs
from isoflop.core.sources import Source, cite_all
from isoflop.core.version import __version__
from isoflop.fit.document import KIND, fields_of, load_fields
from isoflop.fit.objective import Objective
from isoflop.fit.prediction import Prediction
from isoflop.laws.catalogue import get_published
from isoflop.laws.law import Law

if TYPE_CHECKING:
    import polars as pl

    from isoflop.core.result import Drawing

MAX_KEPT_DRAWS = 1000  # draws written to a file; more change no interval in its second digit


@dataclass(frozen=True, eq=False)
class Fit:
    """One law with fitted (or published) parameters.

    Attributes
    ----------
    values : parameter values, natural units
    draws : (n_draws, n_parameters) re-solved resamples; no rows for published coefficients
    residuals : (n_rows,) ln observed - ln predicted; without logs for a law of levels
    spans : {parameter: interval} found directly (by profile likelihood), which go before those of
        the draws
    noise : robust standard deviation of the residuals
    evidence : {symbol: (low, high)} range of the data, C included where N and D are known
    tried, agree : starts, and how many of them end at the best optimum
    """

    law: Law
    values: Mapping[str, float]
    draws: FloatArray
    level: float
    axes: Mapping[str, str]
    target: str
    unit: str
    counts: str
    objective: Objective | None = None
    objective_value: float | None = None
    spans: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    residuals: FloatArray = field(default_factory=lambda: np.empty(0))
    noise: float = 0.0
    evidence: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    fixed: tuple[str, ...] = ()
    n_rows: int = 0
    n_runs: int = 0
    tried: int = 0
    agree: int = 0
    method: str = "none"
    seed: int = 0
    warnings: tuple[Finding, ...] = ()
    label: str = ""
    provenance: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def published(cls, reference: str) -> Fit:
        """Published coefficients as a fit: ``law@set``; no interval, no data behind it."""
        law, found = get_published(reference)
        return cls(
            law=law,
            values=dict(found.values),
            draws=np.empty((0, len(law.parameters))),
            level=0.9,
            axes={},
            target=law.target,
            unit=found.unit,
            counts=found.counts,
            evidence=dict(found.valid),
            label=f"{law.name}@{found.name}",
            method="published",
            provenance={
                "source": found.source,
                "where": found.where,
                "note": found.note,
                "example": found.example,
            },
        )

    @property
    def intervals(self) -> dict[str, tuple[float, float] | None]:
        """Central intervals of the parameters at ``level``; None for fixed or published ones."""
        found: dict[str, tuple[float, float] | None] = dict.fromkeys(self.law.parameter_names)
        if len(self.draws):
            tail = 50.0 * (1.0 - self.level)
            lo, hi = np.percentile(self.draws, [tail, 100.0 - tail], axis=0)
            for i, name in enumerate(found):
                found[name] = None if name in self.fixed else (float(lo[i]), float(hi[i]))
        return found | dict(self.spans)

    def ensemble(self) -> FloatArray:
        """Parameter sets (n_sets, n_parameters): the draws, else the point values."""
        if len(self.draws):
            return self.draws
        return np.array([[self.values[name] for name in self.law.parameter_names]])

    def inputs_of(self, runs: Runs) -> dict[str, FloatArray]:
        """The law's inputs in a table, under the axes of this fit: {symbol: (n_runs,)}."""
        law, axes = self.law, self.axes
        return {s: runs.values(axes.get(s, law.axis(s).column)) for s in law.inputs}

    def predict_draws(self, inputs: Mapping[str, ArrayLike]) -> FloatArray:
        """Forecasts of every parameter set: (n_sets, n)."""
        return self.law.evaluate(self.law.input_arrays(inputs), self.ensemble())

    def predict(
        self, inputs: Mapping[str, ArrayLike], *, level: float | None = None, noise: bool = False
    ) -> Prediction:
        """Forecast the target.

        Parameters
        ----------
        level : of the interval; that of the fit by default.
        noise : add run-to-run noise (the residuals), for the loss of one further run instead of
            the expected loss. Extrapolation error is not in it: see ``validate``.
        """
        level = self.level if level is None else level
        arrays = self.law.input_arrays(inputs)
        point = np.array([self.values[name] for name in self.law.parameter_names])
        value = self.law.evaluate(arrays, point)
        named = dict(zip(self.law.inputs, arrays, strict=True))
        if not len(self.draws):
            return Prediction(named, value, None, None, level)
        spread = self.law.evaluate(arrays, self.draws)
        if noise and len(self.residuals):
            rng = np.random.default_rng(self.seed)
            further = rng.choice(self.residuals, size=spread.shape)
            spread = spread * np.exp(further) if self.law.scale == "log" else spread + further
        tail = 50.0 * (1.0 - level)
        lo, hi = np.nanpercentile(spread, [tail, 100.0 - tail], axis=0)
        return Prediction(named, value, lo, hi, level)

    def to_dict(self) -> dict[str, object]:
        """The fit document: the contract's fields and all that is needed to load it again."""
        intervals = self.intervals
        units = {parameter.name: parameter.unit for parameter in self.law.parameters}
        shown = {}
        for name in self.law.parameter_names:
            lo, hi = intervals[name] or (None, None)
            shown[name] = {"value": self.values[name], "lo": lo, "hi": hi, "unit": units[name]}
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
            "labels": list(self.law.labels),
            "label": self.label,
            "target": self.target,
            "unit": self.unit,
            "counts": self.counts,
            "axes": dict(self.axes),
            "rows": self.n_rows,
            "runs": self.n_runs,
            "parameters": shown,
            "level": self.level,
            "fixed": list(self.fixed),
            "objective": objective,
            "starts": {"tried": self.tried, "agree": self.agree},
            "intervals": self.method,
            "seed": self.seed,
            "noise": self.noise,
            "evidence": {name: list(span) for name, span in self.evidence.items()},
            "warnings": [finding.to_dict() for finding in self.warnings],
            "spans": {name: list(span) for name, span in self.spans.items()},
            "draws": self.draws[:MAX_KEPT_DRAWS].tolist(),
            "residuals": self.residuals.tolist(),
            "provenance": dict(self.provenance),
        }

    def tables(self) -> dict[str, pl.DataFrame]:
        """``parameters`` with intervals, ``draws`` and ``residuals``, as data frames."""
        import polars as pl

        parameters = [
            {"name": item.name, "value": self.values[item.name]}
            | dict(zip(("lo", "hi"), self.intervals[item.name] or (None, None), strict=True))
            | {"unit": item.unit, "meaning": item.meaning}
            for item in self.law.parameters
        ]
        return {
            "parameters": pl.DataFrame(parameters, infer_schema_length=None),
            "draws": pl.DataFrame(self.draws, schema=list(self.law.parameter_names)),
            "residuals": pl.DataFrame(
                {
                    "log_observed_over_predicted"
                    if self.law.scale == "log"
                    else "observed_minus_predicted": self.residuals
                }
            ),
        }

    def figures(self) -> Mapping[str, Drawing]:
        """Numbers of the figures a fit alone can fill; with its runs ``show`` draws more."""
        return figures_of(self)

    def cite(self) -> tuple[Source, ...]:
        """The works behind the law and, where they are published, its coefficients."""
        source = self.provenance.get("source") if self.objective is None else None
        return cite_all([self.law.source, *([str(source)] if source else [])])

    def to_json(self) -> str:
        """One JSON document; equal fits give equal bytes (no clock in it)."""
        return canonical_json(self.to_dict())

    def save(self, path: str | Path) -> Path:
        """Write the document, whole or not at all."""
        return write_atomic(path, self.to_json())

    @classmethod
    def load(cls, path: str | Path, law: Law | None = None) -> Fit:
        """Read a fit that was saved.

        Parameters
        ----------
        law : needed where the law is the user's own: a document never says which code to run.

        Raises
        ------
        DataError
            E310 if the file is missing, is not a fit, or holds values of the wrong kind.
        """
        return cls(**load_fields(path, law))

    @classmethod
    def from_json(cls, text: str, where: str = "the document", law: Law | None = None) -> Fit:
        """A fit from its document; see :meth:`load`."""
        return cls(**fields_of(text, where, law))

    def __repr__(self) -> str:
        noise = f"{self.noise:.2%}" if self.law.scale == "log" else f"{self.noise:.3g}"
        parts = []
        for name, value in self.values.items():
            span = self.intervals[name]
            parts.append(
                f"{name} {value:.4g}" + (f" ({span[0]:.3g}, {span[1]:.3g})" if span else "")
            )
        return "\n".join(
            (
                f"Fit of {self.label or self.law.name} to {self.n_rows} rows, "
                f"{self.agree} of {self.tried} starts agree",
                "  " + ", ".join(parts),
                f"  noise {noise}, {len(self.warnings)} warnings",
            )
        )
