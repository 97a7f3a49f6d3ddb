"""The settings of one backtest, checked, and the fits they ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from isoflop.core.errors import UsageError
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective
from isoflop.laws.catalogue import get_law
from isoflop.laws.law import Law
from isoflop.validate.split import Split

INNER_STARTS = 4  # random starts of a fit inside the training runs; it is not reported


@dataclass(frozen=True)
class Plan:
    """The settings of one backtest."""

    laws: tuple[Law, ...]
    split: Split
    levels: tuple[float, ...]
    objective: Objective
    resamples: int
    seed: int
    axes: Mapping[str, str]
    target: str
    cluster: str | None
    tolerance: float = 0.02

    def fit(self, law: Law, runs: Runs) -> Fit:
        """A full fit with its draws."""
        return fit_law(
            runs,
            law,
            axes=self.axes,
            target=self.target,
            objective=self.objective,
            resamples=self.resamples,
            cluster=self.cluster,
            seed=self.seed,
        )

    def point_fit(self, law: Law, runs: Runs) -> Fit:
        """A fit without draws, for origins inside the training runs."""
        return fit_law(
            runs,
            law,
            axes=self.axes,
            target=self.target,
            objective=self.objective,
            resamples=0,
            seed=self.seed,
            n_random=INNER_STARTS,
        )

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "objective": {"name": self.objective.name, "delta": self.objective.delta},
            "resamples": self.resamples,
            "seed": self.seed,
            "axes": dict(self.axes),
            "target": self.target,
        }


def checked_laws(laws: Sequence[Law | str] | Law | str) -> tuple[Law, ...]:
    """Laws by name or as they are, each once; E323 if there is none, or their targets differ."""
    items = [laws] if isinstance(laws, Law | str) else list(laws)
    chosen = {law.name: law for law in (get_law(i) if isinstance(i, str) else i for i in items)}
    targets = {(law.target, law.scale) for law in chosen.values()}
    if len(targets) != 1:
        raise UsageError(
            "No law was given." if not chosen else "The laws predict different things.",
            where=", ".join(f"{law.name}: {law.target}" for law in chosen.values()) or "laws",
            matters="errors are comparable on one target only.",
            do="name laws of one target; list them with: isoflop laws",
            code="E323",
        )
    return tuple(chosen.values())


def checked_levels(levels: Sequence[float]) -> tuple[float, ...]:
    """Levels in rising order; E323 unless all are between 0 and 1."""
    chosen = tuple(sorted({float(level) for level in levels}))
    if not chosen or not all(0.0 < level < 1.0 for level in chosen):
        raise UsageError(
            f"Levels must be between 0 and 1, not {', '.join(f'{x:g}' for x in chosen) or 'none'}.",
            where="levels",
            matters="a level is the share of runs an interval should cover.",
            do="use for example 0.5, 0.8, 0.9, 0.95.",
            code="E323",
        )
    return chosen
