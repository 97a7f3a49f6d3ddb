"""A joint fit: one law fitted to several groups at once, some parameters shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from isoflop.core.explain import Finding
from isoflop.core.files import canonical_json, write_atomic
from isoflop.core.result import figures_of
from isoflop.core.sources import Source
from isoflop.fit.document import JOINT_KIND
from isoflop.fit.fit import Fit

if TYPE_CHECKING:
    import polars as pl

    from isoflop.core.result import Drawing


@dataclass(frozen=True, eq=False, repr=False)
class JointFit:
    """One fit per group; shared parameters are equal in all of them, draw by draw.

    Attributes
    ----------
    groups : {group: Fit}; their diagnosis is that of the whole, under ``warnings``
    shared : names of the parameters that all groups have in common
    by : the column that names the groups
    """

    groups: Mapping[str, Fit]
    shared: tuple[str, ...]
    by: str
    objective_value: float
    warnings: tuple[Finding, ...] = ()

    @property
    def first(self) -> Fit:
        """The fit of one group, for what all have in common."""
        return next(iter(self.groups.values()))

    def own(self, group: str, name: str) -> str:
        """What a parameter is called in the whole: ``A[c4]``, or its plain name if shared."""
        held = name in self.shared or name in self.first.fixed
        return name if held else f"{name}[{group}]"

    def tables(self) -> dict[str, pl.DataFrame]:
        """``parameters`` of every group, as a data frame."""
        import polars as pl

        parts = [
            fit.tables()["parameters"].select(pl.lit(name).alias("group"), pl.all())
            for name, fit in self.groups.items()
        ]
        return {"parameters": pl.concat(parts, how="vertical_relaxed")}

    def figures(self) -> Mapping[str, Drawing]:
        """Numbers of the figures of the fits; ``show`` draws them."""
        return figures_of(self)

    def cite(self) -> tuple[Source, ...]:
        """The work behind the law."""
        return self.first.cite()

    def to_dict(self) -> dict[str, object]:
        """The contract of a fit for the whole, and the document of each group."""
        documents = {name: fit.to_dict() for name, fit in self.groups.items()}
        shown: dict[str, object] = {}
        for group, document in documents.items():
            parameters = cast("dict[str, object]", document["parameters"])
            shown |= {self.own(group, name): item for name, item in parameters.items()}
        first = documents[next(iter(documents))]
        same = ("version", "law", "target", "unit", "counts", "axes", "level", "fixed", "starts")
        return {name: first[name] for name in (*same, "intervals", "seed", "provenance")} | {
            "kind": JOINT_KIND,
            "rows": sum(fit.n_rows for fit in self.groups.values()),
            "runs": sum(fit.n_runs for fit in self.groups.values()),
            "parameters": shown,
            "objective": first["objective"],
            "warnings": [finding.to_dict() for finding in self.warnings],
            "by": self.by,
            "shared": list(self.shared),
            "groups": documents,
        }

    def to_json(self) -> str:
        """One JSON document."""
        return canonical_json(self.to_dict())

    def save(self, path: str | Path) -> Path:
        """Write the document, whole or not at all."""
        return write_atomic(path, self.to_json())

    def __repr__(self) -> str:
        fit = self.first
        return "\n".join(
            (
                f"Joint fit of {fit.law.name} to {len(self.groups)} groups by {self.by}, "
                f"{fit.agree} of {fit.tried} starts agree",
                "  shared " + ", ".join(f"{n} {fit.values[n]:.4g}" for n in self.shared),
                f"  objective {self.objective_value:.6g}, {len(self.warnings)} warnings",
            )
        )
