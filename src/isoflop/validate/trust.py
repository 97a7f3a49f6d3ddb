"""What a backtest found: scores of laws beside baselines, and a verdict one can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from isoflop import __version__
from isoflop.core.explain import Finding
from isoflop.core.files import canonical_json
from isoflop.core.result import figures_of
from isoflop.core.sources import Source, cite_all
from isoflop.validate.score import Forecast, Score, score
from isoflop.validate.selection import Selection
from isoflop.validate.stacking import Stack
from isoflop.validate.verdict import Verdict

if TYPE_CHECKING:
    import polars as pl

    from isoflop.core.result import Drawing


@dataclass(frozen=True, eq=False, repr=False)
class Trust:
    """The result of :func:`isoflop.validate.backtest.backtest`.

    Attributes
    ----------
    laws, baselines : forecasts by name, one item a threshold
    split : its name; ``column`` and ``thresholds`` are what was cut where
    verdicts : one a law; ``verdict`` is that of the selected one
    failures : {law: sentences}, thresholds at which it could not be fitted
    stacks : {threshold: weights of the laws}, where a stack was asked for
    sources : citation keys of the laws and of the method
    """

    laws: Mapping[str, tuple[Forecast, ...]]
    baselines: Mapping[str, tuple[Forecast, ...]]
    split: str
    column: str
    thresholds: tuple[float, ...]
    levels: tuple[float, ...]
    selection: Selection
    verdicts: Mapping[str, Verdict]
    failures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warnings: tuple[Finding, ...] = ()
    stacks: Mapping[float, Stack] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    provenance: Mapping[str, object] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Of the law that forecast best."""
        return self.verdicts[self.selection.best]

    @property
    def scores(self) -> dict[str, Score]:
        """Pooled over thresholds, one a law."""
        return {name: score(items) for name, items in self.laws.items()}

    @property
    def baseline_scores(self) -> dict[str, Score]:
        """Pooled over thresholds, one a baseline."""
        return {name: score(items) for name, items in self.baselines.items()}

    def tables(self) -> dict[str, pl.DataFrame]:
        """``scores`` per law or baseline and threshold, ``forecasts`` per held-out run."""
        import polars as pl

        items = [
            item for group in (self.laws, self.baselines) for f in group.values() for item in f
        ]
        scores = [_flat(item) for item in items]
        points = [point for item in items for point in _points(item)]
        return {
            "scores": pl.DataFrame(scores, infer_schema_length=None),
            "forecasts": pl.DataFrame(points, infer_schema_length=None),
        }

    def figures(self) -> Mapping[str, Drawing]:
        """Numbers of the figures of a backtest; ``show.draw`` draws them."""
        return figures_of(self)

    def cite(self) -> tuple[Source, ...]:
        """The works behind the laws and the method."""
        return cite_all(self.sources)

    def to_dict(self) -> dict[str, object]:
        """The contract of ``validate`` and everything behind it."""
        laws = {}
        for name, items in self.laws.items():
            laws[name] = score(items).to_dict() | {
                "verdict": self.verdicts[name].to_dict(),
                "by_threshold": [{"threshold": f.threshold} | score([f]).to_dict() for f in items],
                "failures": list(self.failures.get(name, ())),
            }
        return {
            "kind": "isoflop-trust",
            "version": __version__,
            "laws": laws,
            "baselines": {name: value.to_dict() for name, value in self.baseline_scores.items()},
            "split": {
                "name": self.split,
                "column": self.column,
                "thresholds": list(self.thresholds),
            },
            "selection": self.selection.to_dict(),
            "stacks": [{"threshold": t} | stack.to_dict() for t, stack in self.stacks.items()],
            "verdict": self.verdict.to_dict(),
            "failures": {name: list(texts) for name, texts in self.failures.items()},
            "warnings": [finding.to_dict() for finding in self.warnings],
            "forecasts": [p for f in self.laws.values() for item in f for p in _points(item)],
            "settings": dict(self.settings),
            "provenance": dict(self.provenance),
            "sources": list(self.sources),
        }

    def to_json(self) -> str:
        """One JSON document; equal backtests give equal bytes."""
        return canonical_json(self.to_dict())

    def __repr__(self) -> str:
        best = self.scores[self.selection.best]
        ties = f" (tied: {', '.join(self.selection.ties)})" if self.selection.ties else ""
        rival = min(self.baseline_scores.items(), key=lambda item: item[1].are_mean)
        return "\n".join(
            (
                f"Trust: {self.verdict.text}",
                f"  {self.selection.best}{ties}: held-out error {best.are_mean:.2%} mean, "
                f"{best.are_max:.2%} worst over {best.n_test} forecasts; "
                f"{rival[0]} {rival[1].are_mean:.2%}",
                f"  split by {self.split} at {len(self.thresholds)} thresholds, "
                f"{len(self.warnings)} warnings",
            )
        )


def _flat(item: Forecast) -> dict[str, object]:
    one = score([item])
    row: dict[str, object] = {"name": item.name, "threshold": item.threshold}
    row |= {"are_mean": one.are_mean, "are_max": one.are_max, "bias": one.bias}
    row |= {"reducible_are": one.reducible_are, "n_test": one.n_test, "n_training": one.n_training}
    return row | {f"coverage_{level:g}": value for level, value in one.coverage.items()}


def _points(item: Forecast) -> list[dict[str, object]]:
    points = []
    for i, row in enumerate(item.rows):
        point: dict[str, object] = {
            "name": item.name,
            "threshold": item.threshold,
            "row": int(row),
            "reach": float(item.reach[i]),
            "observed": float(item.observed[i]),
            "predicted": float(item.predicted[i]),
        }
        for level, (low, high) in item.intervals.items():
            point[f"lo_{level:g}"], point[f"hi_{level:g}"] = float(low[i]), float(high[i])
        points.append(point)
    return points
