"""What rules for learning rate and batch cost in loss, cell by cell of a sweep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from isoflop.core.errors import FitError, unknown_name
from isoflop.core.explain import Finding
from isoflop.fit.rates.cells import Cell
from isoflop.fit.rates.fit_rates import RateFit, fit_rates
from isoflop.fit.rates.near_optimal import NEAR, near_optimal
from isoflop.fit.rates.surface import Surface, surface_of
from isoflop.validate.rate_rules.rule import Advice, Base, RateRule, all_rate_rules

OWN = "own_law"
PER_MILLE = 1e3
ERROR_NEAR = 4 * NEAR  # assumption: how far from the best the interpolation is judged


@dataclass(frozen=True)
class Trial:
    """One rule at one cell.

    Attributes
    ----------
    lr, batch : what the rule says; the best rate at the batch where it names none.
    penalty : relative excess of the loss over the best run; a lower bound if not ``inside``.
    held_out : whether the rule saw nothing of the cell.
    """

    rule: str
    cell: Cell
    lr: float
    batch: float
    penalty: float
    inside: bool
    held_out: bool = True

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "rule": self.rule,
            "params_non_embedding": self.cell.N_ne,
            "tokens": self.cell.D,
            "lr": self.lr,
            "batch_tokens": self.batch,
            "per_mille": PER_MILLE * self.penalty,
            "inside": self.inside,
            "held_out": self.held_out,
        }


@dataclass(frozen=True)
class Score:
    """Penalties of one rule over the cells, per mille of the best loss; only held-out trials."""

    rule: str
    about: str
    cells: int
    mean: float
    median: float
    worst: float
    outside: int

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class RateComparison:
    """Every trial, with what was left out.

    Attributes
    ----------
    abouts : {rule: what it says}
    interpolation_error : median relative miss of runs near the best when predicted from others.
    """

    trials: tuple[Trial, ...]
    abouts: dict[str, str]
    interpolation_error: float
    findings: tuple[Finding, ...]

    @property
    def scores(self) -> tuple[Score, ...]:
        """By mean penalty."""
        found = [self._score(rule) for rule in dict.fromkeys(item.rule for item in self.trials)]
        return tuple(sorted((s for s in found if s is not None), key=lambda s: s.mean))

    def of(self, rule: str) -> tuple[Trial, ...]:
        """The trials of one rule."""
        return tuple(trial for trial in self.trials if trial.rule == rule)

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "scores": [score.to_dict() for score in self.scores],
            "trials": [trial.to_dict() for trial in self.trials],
            "interpolation_error_per_mille": PER_MILLE * self.interpolation_error,
            "warnings": [finding.to_dict() for finding in self.findings],
        }

    def _score(self, rule: str) -> Score | None:
        fair = [trial for trial in self.of(rule) if trial.held_out]
        if not fair:
            return None
        values = PER_MILLE * np.array([trial.penalty for trial in fair])
        outside = sum(not trial.inside for trial in fair)
        return Score(
            rule,
            self.abouts[rule],
            len(fair),
            float(values.mean()),
            float(np.median(values)),
            float(values.max()),
            outside,
        )


def compare_rates(
    cells: Sequence[Cell],
    rules: Sequence[str] = (),
    *,
    optimum: str = "near",
    held_out: Callable[[Cell], bool] | None = None,
) -> RateComparison:
    """Penalty of every published rule, and of a law fitted to the other cells, at each cell.

    Parameters
    ----------
    rules : names; all by default.
    optimum : how the own law finds optima, see :func:`isoflop.fit.rates.fit_rates.fit_rates`.
    held_out : cells the own law must be judged on together, from a fit to the rest; by default
        each cell is left out in turn.

    Raises
    ------
    UsageError
        E101 for an unknown rule.
    FitError
        E528 when no cell has enough runs for a surface.
    """
    known = all_rate_rules()
    for name in rules:
        if name not in known:
            raise unknown_name("rule", name, known, "isoflop rate compare --help")
    surfaces = [surface for cell in cells if (surface := surface_of(cell)) is not None]
    if not surfaces:
        raise _no_surface(cells)
    base = _base_of([surface.cell for surface in surfaces])
    chosen = [known[name] for name in rules or known]
    trials = [_trial(rule, surface, base) for rule in chosen for surface in surfaces]
    own, notes = _own(cells, surfaces, optimum, held_out)
    abouts = {rule.name: _about(rule) for rule in chosen}
    return RateComparison(
        (*own, *trials),
        {OWN: "fitted to the other cells", **abouts},
        float(np.median([surface.error(ERROR_NEAR) for surface in surfaces])),
        (*_left_out(cells, surfaces), *notes),
    )


def _trial(rule: RateRule, surface: Surface, base: Base) -> Trial:
    trial = _judge(rule.name, surface, rule.advise(surface.cell, base))
    return replace(trial, held_out=not (rule.transfers and surface.cell is base.cell))


def _judge(rule: str, surface: Surface, advice: Advice) -> Trial:
    lr = surface.best_rate(advice.batch) if advice.lr is None else advice.lr
    found = surface.penalty(lr, advice.batch)
    return Trial(rule, surface.cell, lr, advice.batch, found.value, found.inside)


def _own(
    cells: Sequence[Cell],
    surfaces: Sequence[Surface],
    optimum: str,
    held_out: Callable[[Cell], bool] | None,
) -> tuple[list[Trial], tuple[Finding, ...]]:
    judged = [s for s in surfaces if held_out is None or held_out(s.cell)]
    trials = []
    for surface in judged:
        rest = [
            cell
            for cell in cells
            if (cell is not surface.cell if held_out is None else not held_out(cell))
        ]
        try:
            law: RateFit = fit_rates(rest, optimum=optimum, resamples=0)
        except FitError as error:
            return [], (Finding("W528", f"No own law: {error.what[0].lower()}{error.what[1:]}"),)
        lr, batch = law.setting(surface.cell)
        trials.append(_judge(OWN, surface, Advice(batch, lr)))
    return trials, ()


def _base_of(cells: Sequence[Cell]) -> Base:
    """The cheapest cell; where its optimum is at an edge, its best run stands in."""
    cell = min(cells, key=lambda item: item.C)
    found = near_optimal(cell)
    if isinstance(found, str):
        at = int(np.argmin(cell.loss))
        return Base(cell, float(cell.lr[at]), float(cell.batch[at]))
    return Base(cell, *found.centre)


def _about(rule: RateRule) -> str:
    return f"{rule.about} (a constant is unverified)" if rule.example else rule.about


def _left_out(cells: Sequence[Cell], surfaces: Sequence[Surface]) -> tuple[Finding, ...]:
    judged = {id(surface.cell) for surface in surfaces}
    missing = [cell.name for cell in cells if id(cell) not in judged]
    if not missing:
        return ()
    text = (
        f"{len(missing)} cells have fewer than nine runs, three rates or three batches and cannot "
        f"tell what a setting costs: {', '.join(missing)}."
    )
    return (Finding("W529", text),)


def _no_surface(cells: Sequence[Cell]) -> FitError:
    return FitError(
        "No cell has enough runs to tell what a learning rate and batch cost.",
        where=f"{len(cells)} cells of size and tokens",
        matters="the loss between runs is read off a quadratic, which needs nine runs at three "
        "rates and three batches.",
        do="sweep a grid of rates and batches at each size and number of tokens.",
        code="E528",
    )
