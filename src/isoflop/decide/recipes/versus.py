"""Two recipes side by side: where their laws cross, what one is worth, what the change moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import DataError, FitError, PlanError
from isoflop.core.explain import Finding
from isoflop.core.files import canonical_json
from isoflop.core.runs import Runs
from isoflop.core.sources import Source, cite_all
from isoflop.decide.recipes.crossover import FEW, REACH, Crossover, crossover
from isoflop.decide.recipes.multiplier import Multiplier, multipliers, three_scales
from isoflop.decide.recipes.next_run import NextRun, next_run
from isoflop.decide.recipes.path import path_of
from isoflop.fit.fit import Fit
from isoflop.laws.catalogue import get_law
from isoflop.laws.law import Law
from isoflop.validate.recipes.clouds import fit_clouds, joined, recipes_of
from isoflop.validate.recipes.glossary import stated
from isoflop.validate.recipes.protocol import Protocol, protocol
from isoflop.validate.recipes.ratio import check_ratio
from isoflop.validate.recipes.taxonomy import Taxonomy, taxonomy


@dataclass(frozen=True)
class Compared:
    """Both recipes under one assumption on the floor."""

    floors: str
    crossover: Crossover
    multipliers: tuple[Multiplier, ...]

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "floors": self.floors,
            "crossover": self.crossover.to_dict(),
            "multipliers": [item.to_dict() for item in self.multipliers],
        }


@dataclass(frozen=True, eq=False)
class Versus:
    """The whole comparison.

    Attributes
    ----------
    reference, new : names of the recipes; multipliers are of the new one against the reference
    compared : with a floor of its own each, and with one floor
    further : the run to make next; None without resamples
    """

    reference: str
    new: str
    law: str
    compared: tuple[Compared, ...]
    taxonomy: Taxonomy | None
    further: NextRun | None
    protocols: dict[str, Protocol]
    stated: dict[str, str]
    findings: tuple[Finding, ...]
    sources: tuple[str, ...]

    @property
    def better(self) -> str | None:
        """The recipe to take at the target, if every assumption on the floor says so."""
        said = {item.crossover.better for item in self.compared}
        return said.pop() if len(said) == 1 else None

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "reference": self.reference,
            "new": self.new,
            "law": self.law,
            "verdict": self.better or "undecided",
            "compared": [item.to_dict() for item in self.compared],
            "taxonomy": None if self.taxonomy is None else self.taxonomy.to_dict(),
            "next_run": None if self.further is None else self.further.to_dict(),
            "protocol": {name: item.to_dict() for name, item in self.protocols.items()},
            "stated": self.stated,
            "warnings": [finding.to_dict() for finding in self.findings],
        }

    def to_json(self) -> str:
        """One JSON document."""
        return canonical_json(self.to_dict())

    def cite(self) -> tuple[Source, ...]:
        """The works behind the law."""
        return cite_all(list(self.sources))


def versus(
    runs: Runs,
    *,
    by: str,
    recipes: tuple[str, ...] = (),
    at: float,
    law: str = "chinchilla",
    paired: bool = False,
    target: str | None = None,
    resamples: int = 200,
    level: float = 0.9,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Versus:
    """Compare two recipes at a target compute.

    Parameters
    ----------
    by : column that names the recipes.
    recipes : the reference, then the new one; may be left out where there are just two.
    at : FLOP.
    law : in N and D, each recipe then on its own compute-optimal path, or in C alone.
    paired : draw runs at equal size, tokens and seed together.

    Raises
    ------
    DataError
        E565 unless there are exactly two recipes.
    PlanError
        E567 if the target is not positive, E402 if the law gives no path.
    FitError
        E568 for a law of size and tokens on runs of one ratio.
    """
    if not at > 0.0:
        raise PlanError(
            f"A target of {at:g} FLOP has no answer.",
            where="target compute",
            matters="laws run over positive compute.",
            do="give the compute of the run to decide on, 1e22 for instance.",
            code="E567",
        )
    groups = recipes_of(runs, by, recipes)
    if len(groups) > 2:
        raise DataError(
            f"Column '{by}' has {len(groups)} recipes, two are compared.",
            where=f"{', '.join(groups)}",
            matters="a crossover is between two.",
            do=f"name them: --recipes {','.join(list(groups)[:2])}",
            code="E565",
        )
    reference, new = groups
    chosen = get_law(law)
    if {"N", "D"} <= set(chosen.inputs):
        for name, part in groups.items():
            check_ratio(part.values("N"), part.values("D"), f"runs of '{name}'")
    plans: list[tuple[str, tuple[str, ...]]] = [("own", ())]
    floor = _floor(chosen)
    if floor is not None:
        plans.append(("shared", (floor,)))
    fits: dict[str, dict[str, Fit]] = {}
    for name, shared in plans:
        fits[name] = fit_clouds(
            groups,
            chosen,
            by=by,
            shared=shared,
            paired=paired,
            target=target,
            resamples=resamples,
            level=level,
            seed=seed,
        )
    compared = tuple(_compared(name, fits[name], reference, new, at, level) for name in fits)
    moved, why = _moved(groups, by, target or chosen.target, seed, progress)
    own = fits["own"]
    pair = path_of(reference, own[reference]), path_of(new, own[new])
    protocols = {
        name: protocol(own[name], part, target_compute=at) for name, part in groups.items()
    }
    return Versus(
        reference=reference,
        new=new,
        law=law,
        compared=compared,
        taxonomy=moved,
        further=next_run(*pair, at),
        protocols=protocols,
        stated=stated(joined(list(groups.values()))),
        findings=(*_findings(compared), *why),
        sources=(chosen.source,),
    )


def _floor(law: Law) -> str | None:
    """The parameter a law tends to; None where it claims none."""
    limits = (claim.limit for claim in law.claims if claim.kind == "tends to")
    return next((limit for limit in limits if limit is not None), None)


def _compared(
    name: str, fits: dict[str, Fit], reference: str, new: str, at: float, level: float
) -> Compared:
    first, second = path_of(reference, fits[reference]), path_of(new, fits[new])
    found = crossover(first, second, at, level=level)
    scales = three_scales(second, first, at)
    return Compared(name, found, multipliers(second, first, scales, level=level))


def _moved(
    groups: dict[str, Runs],
    by: str,
    target: str,
    seed: int,
    progress: Callable[[int, int], None] | None,
) -> tuple[Taxonomy | None, tuple[Finding, ...]]:
    """What the change moved, or why that cannot be said of these runs."""
    has_sizes = all(part.has("N") and part.has("D") for part in groups.values())
    if not has_sizes:
        return None, ()
    try:
        return taxonomy(groups, by=by, target=target, seed=seed, progress=progress), ()
    except (DataError, FitError) as error:
        return None, (Finding(error.code, f"what the change moved is not known: {error.what}"),)


def _findings(compared: tuple[Compared, ...]) -> tuple[Finding, ...]:
    found = []
    first = compared[0].crossover
    if first.reach > REACH:
        found.append(
            Finding(
                "W561",
                f"the target is {first.reach:.3g} times the largest compute both were measured "
                f"at (limit {REACH:g}): no verdict.",
            )
        )
    verdicts = {item.crossover.better for item in compared}
    if len(verdicts) > 1:
        said = ", ".join(f"{i.floors} floor: {i.crossover.better or 'undecided'}" for i in compared)
        found.append(Finding("W562", f"the answer depends on the floor ({said})."))
    for item in compared:
        if any(m.value is None for m in item.multipliers):
            text = f"under {item.floors} floors the new recipe goes below the reference's floor."
            found.append(Finding("W563", text))
        hidden = [m.compute for m in item.multipliers if m.is_hidden]
        if hidden:
            at = ", ".join(f"{C:.2g}" for C in hidden)
            text = f"{item.floors} floors: the multiplier at {at} FLOP is too uncertain to show."
            found.append(Finding("W564", text))
        rare = [c for c in item.crossover.crossings if np.isfinite(c.share) and c.share < FEW]
        if rare:
            text = f"{item.floors} floors: {len(rare)} crossings in under half of the resamples."
            found.append(Finding("W565", text))
    return tuple(found)
