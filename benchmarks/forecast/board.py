"""Every entrant at every split: forecasts scored, pooled by table and over all tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.forecast.cells import LEVELS, Cell, cell, plan_of
from benchmarks.forecast.recipes import decisions
from benchmarks.forecast.rivals import frontier_errors, scipy_forecast
from benchmarks.forecast.tables import Case
from isoflop.core.arrays import FloatArray
from isoflop.laws.catalogue import get_law
from isoflop.validate.beside import baseline_forecasts, naive_names
from isoflop.validate.extrapolation import extrapolation_of
from isoflop.validate.forecasting import Cut, cut_at, scored
from isoflop.validate.score import Forecast
from isoflop.validate.stacking import NAME, stack_of

DEFAULT = {"compute": "chinchilla", "size": "m2", "tokens": "m2"}  # of the field, no selection

RIVALLED = {"chinchilla", "m2"}  # forms that the usual procedure is used with


@dataclass
class Board:
    """What was forecast, filled split by split.

    Attributes
    ----------
    forecasts : {entrant: {table: forecasts of all its splits}}
    frontier : {entrant: {table: log errors on the best run of each held-out budget}}
    sources : {table: folder of its data}
    defaults : {table: the law the field would use}
    ranked : {entrant: right or wrong, one a pair of runs of two recipes}
    failures : sentences
    """

    forecasts: dict[str, dict[str, list[Forecast]]] = field(default_factory=dict)
    frontier: dict[str, dict[str, list[FloatArray]]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    ranked: dict[str, list[bool]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    n_splits: int = 0

    def add(self, table: str, made: Iterable[Forecast]) -> None:
        """Forecasts of one split."""
        for item in made:
            self.forecasts.setdefault(item.name, {}).setdefault(table, []).append(item)

    def laws(self) -> list[str]:
        """Entrants that are laws of the catalogue."""
        others = {NAME, "scipy", *naive_names()}
        return sorted(name for name in self.forecasts if name not in others)


def build(cases: Sequence[Case], folder: Path, progress: Callable[[str, int, int], None]) -> Board:
    """Forecast every case at every threshold with every entrant."""
    board, matched = Board(), {}
    splits = [(case, threshold) for case in cases for threshold in case.cuts]
    for done, (case, threshold) in enumerate(splits):
        cells = {law: cell(case, law, threshold, folder)[0] for law in case.laws}
        cut = cut_at(plan_of(case, case.laws[0]), case.runs, threshold)
        said = _one_split(board, case, cut, cells, folder)
        if case.recipe is not None:
            matched[case.name, threshold] = (case, cut, said)
        progress(case.name, done + 1, len(splits))
    board.n_splits = len(splits)
    board.ranked = decisions(matched)
    return board


def _one_split(
    board: Board, case: Case, cut: Cut, cells: Mapping[str, Cell], folder: Path
) -> dict[str, FloatArray]:
    settings = plan_of(case, case.laws[0])
    fitted = {law: found for law, found in cells.items() if found.reason is None}
    board.failures += [
        f"{case.name}, {law} up to {cut.threshold:.3g}: {found.reason}"
        for law, found in cells.items()
        if found.reason is not None
    ]
    board.sources[case.table] = case.source
    default = DEFAULT[case.split]
    board.defaults[case.table] = default if default in case.laws else case.laws[0]
    made = [
        scored(settings, cut, law, found.told, extrapolation_of(found.looks, cut.seed_sd))
        for law, found in fitted.items()
    ]
    if fitted:
        made.append(stack_forecast(case, cut, fitted))
    board.add(case.table, made)
    if RIVALLED & set(case.laws):
        board.add(case.table, [scipy_forecast(case, cut, LEVELS, folder)])
    naive = baseline_forecasts(settings, case.runs, [cut.threshold])
    board.add(case.table, [f for n, items in naive.items() if n in naive_names() for f in items])
    said = {item.name: np.log(item.predicted) for item in made}
    said |= {name: np.log(items[0].predicted) for name, items in naive.items()}
    errors = frontier_errors(case, cut, {k: v for k, v in said.items() if "@" not in k})
    for name, error in (errors or {}).items():
        board.frontier.setdefault(name, {}).setdefault(case.table, []).append(error)
    return {name: value for name, value in said.items() if "@" not in name}


def stack_forecast(case: Case, cut: Cut, fitted: Mapping[str, Cell]) -> Forecast:
    """All laws of the case together; where one alone could be fitted, that law."""
    settings = plan_of(case, case.laws[0])
    assert fitted, f"no law could be fitted to {case.name}"
    if len(fitted) == 1:
        (only,) = fitted.values()
        learnt = extrapolation_of(only.looks, cut.seed_sd)
        return scored(settings, cut, NAME, only.told, learnt)
    laws = [get_law(law) for law in fitted]
    stack = stack_of(laws, {law: item.looks for law, item in fitted.items()}, cut.seed_sd)
    told = stack.told({law: item.told for law, item in fitted.items()})
    return scored(settings, cut, NAME, told, stack.extrapolation)
