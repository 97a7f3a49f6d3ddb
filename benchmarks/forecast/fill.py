"""Cells computed by several processes ahead of the board, which then only reads them."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from benchmarks.forecast.board import RIVALLED
from benchmarks.forecast.cells import LEVELS, cell, plan_of
from benchmarks.forecast.rivals import scipy_forecast
from benchmarks.forecast.simulated import forecast_study
from benchmarks.forecast.tables import Case, cases
from isoflop.validate.forecasting import cut_at

Progress = Callable[[str, int, int], None]


def fill(words: str, n_worlds: int, folder: Path, workers: int, progress: Progress) -> None:
    """Compute every cell of the tables whose name holds ``words``, and of the simulated studies."""
    os.environ["OMP_NUM_THREADS"] = "1"  # of the workers: one core each
    chosen = [
        (index, law, cut)
        for index, case in enumerate(_cases())
        if words in case.name
        for law in case.laws
        for cut in case.cuts
    ]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(_one_cell, *task, folder) for task in chosen]
        pairs = dict.fromkeys((index, cut) for index, _, cut in chosen)
        jobs += [pool.submit(_one_rival, *pair, folder) for pair in pairs]
        jobs += [pool.submit(_one_study, seed, folder) for seed in range(n_worlds)]
        for done, job in enumerate(as_completed(jobs), start=1):
            progress(job.result(), done, len(jobs))


@cache
def _cases() -> tuple[Case, ...]:
    return tuple(cases())


def _one_cell(index: int, law: str, cut: float, folder: Path) -> str:
    case = _cases()[index]
    cell(case, law, cut, folder)
    return f"{case.name}, {law}"


def _one_rival(index: int, threshold: float, folder: Path) -> str:
    case = _cases()[index]
    if RIVALLED & set(case.laws):
        cut = cut_at(plan_of(case, case.laws[0]), case.runs, threshold)
        scipy_forecast(case, cut, LEVELS, folder)
    return f"{case.name}, scipy"


def _one_study(seed: int, folder: Path) -> str:
    return f"world {forecast_study(seed, folder)[0]}"
