"""Which form of the extrapolation error serves users best, and its four numbers.

Rule: every second source of the scoreboard, in order of name, chooses; the other half has no say
and is shown beside. The variance of the log error of a held-out run is the noise of its fit, a
share of the doubt in the parameters, a share of the squared error that looks back show (the form
says which) and an error common to all tables that grows with log reach; its shape is Student's t.
Each form gets its four numbers by maximum likelihood, one vote a law and table; the form with the
smallest geometric mean 90% interval score on the choosing half is taken.

``python -m benchmarks.interval_forms [--cache FOLDER]``: the cells of ``benchmarks.forecast``,
which are computed first where they are not there.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.stats import t as student

from benchmarks.forecast.cells import cell, plan_of
from benchmarks.forecast.page import chosen_half
from benchmarks.forecast.tables import cases
from benchmarks.public_tables import data_folder
from isoflop.validate import extrapolation as shipped
from isoflop.validate.extrapolation import MIN_ORIGINS, SEED_SD, UNKNOWN_RATE
from isoflop.validate.forecasting import cut_at
from isoflop.validate.looks import Look, tested_reach

LEVELS = (0.5, 0.8, 0.9, 0.95)
UNIT_RATE = 0.01  # the common rate is searched as a multiple of it
START = (np.log(0.5), np.log(0.3), np.log(0.2), np.log(7.0))
ENDS_AT_ZERO = ("m1", "kaplan_joint")  # never in a stack; their errors are of another kind


@dataclass(frozen=True, eq=False)
class Split:
    """One law at one threshold of one table: error, log reach, doubt of each held-out run."""

    vote: str
    chooses: bool
    error: np.ndarray
    reach: np.ndarray
    doubt: np.ndarray
    noise: float
    looks: tuple[Look, ...]


def _mean(looks: Sequence[Look]) -> float:
    return float(np.mean([look.mean_square for look in looks]))


def _geometric(looks: Sequence[Look]) -> float:
    return float(np.exp(np.mean([np.log(look.mean_square + 1e-8) for look in looks])))


def _median(looks: Sequence[Look]) -> float:
    middle = [np.log(2.2 * np.median(look.error**2) + 1e-8) for look in looks]
    return float(np.exp(np.mean(middle)))  # 2.2: variance of a normal over its median square


def _last(looks: Sequence[Look]) -> float:
    return looks[-1].mean_square


def _last_two(looks: Sequence[Look]) -> float:
    return float(np.mean([look.mean_square for look in looks[-2:]]))


SHIPPED = "last look, in proportion beyond the tested reach"
FORMS: dict[str, tuple[Callable[[Sequence[Look]], float], float]] = {
    "mean of looks, in proportion": (_mean, 1.0),
    "geometric mean of looks, in proportion": (_geometric, 1.0),
    "median errors of looks, in proportion": (_median, 1.0),
    "last two looks, in proportion": (_last_two, 1.0),
    SHIPPED: (_last, 1.0),
    "last look, as the root of reach": (_last, 0.5),
    "last look, constant": (_last, 0.0),
}


def variance(numbers: np.ndarray, split: Split, form: str) -> np.ndarray:
    """Of the log error, (n,)."""
    doubt, look, common, _ = np.exp(numbers)
    summary, power = FORMS[form]
    known = len(split.looks) >= MIN_ORIGINS
    total = max(split.noise, SEED_SD) ** 2 + doubt * split.doubt**2
    total = total + (common * UNIT_RATE * split.reach) ** 2
    if not known:
        return total + (UNKNOWN_RATE * split.reach) ** 2
    beyond = np.maximum(1.0, split.reach / tested_reach(split.looks))
    return total + look * summary(split.looks) * beyond ** (2.0 * power)


def unlikelihood(numbers: np.ndarray, splits: Sequence[Split], form: str) -> float:
    """Mean negative log likelihood, every vote counted once."""
    freedom = 2.0 + np.exp(numbers[3])
    sums: dict[str, list[np.ndarray]] = {}
    for split in splits:
        sd = np.sqrt(variance(numbers, split, form))
        sums.setdefault(split.vote, []).append(
            np.log(sd) - student.logpdf(split.error / sd, freedom)
        )
    return float(np.mean([np.concatenate(parts).mean() for parts in sums.values()]))


def fitted(splits: Sequence[Split], form: str) -> np.ndarray:
    """The four numbers, in logs."""
    found = minimize(
        unlikelihood,
        START,
        args=(splits, form),
        method="Nelder-Mead",
        options={"maxiter": 300, "xatol": 0.01, "fatol": 1e-4},
    )
    return np.asarray(found.x)


def shipped_numbers() -> np.ndarray:
    """Those of the package."""
    common = shipped.COMMON_RATE / UNIT_RATE
    return np.log([shipped.DOUBT_SHARE, shipped.LOOK_SHARE, common, shipped.FREEDOM - 2.0])


def row(numbers: np.ndarray, splits: Sequence[Split], form: str) -> tuple[str, float]:
    """Coverage pooled, least of a vote, score and width, in words; and the score."""
    freedom = 2.0 + np.exp(numbers[3])
    covered: dict[str, list[np.ndarray]] = {}
    scores: dict[str, list[np.ndarray]] = {}
    halves = student.ppf(0.5 + np.array(LEVELS) / 2, freedom)
    for split in splits:
        sd, size = np.sqrt(variance(numbers, split, form)), np.abs(split.error)
        covered.setdefault(split.vote, []).append(size <= halves[:, None] * sd)
        half = halves[2] * sd
        fined = 2.0 * half + 20.0 * np.maximum(size - half, 0.0)
        scores.setdefault(split.vote, []).append(fined)
    by_vote = np.array([np.concatenate(c, axis=1).mean(axis=1) for c in covered.values()])
    pooled = np.concatenate([np.concatenate(c, axis=1) for c in covered.values()], axis=1)
    cost = float(np.exp(np.mean([np.log(np.concatenate(s).mean()) for s in scores.values()])))
    said = " ".join(f"{100 * value:5.1f}" for value in pooled.mean(axis=1))
    mean = " ".join(f"{100 * value:5.1f}" for value in by_vote.mean(axis=0))
    low = int(np.sum(by_vote[:, 2] < 0.75))
    return f"{said} | {mean} | {low:2d} of {len(by_vote)} | {100 * cost:6.2f}", cost


def splits_of(folder: Path) -> list[Split]:
    """Every cell of the scoreboard that could be fitted."""
    every = list(cases())
    sources = [case.source for case in every]
    found = []
    for case in every:
        for threshold in case.cuts:
            cut = cut_at(plan_of(case, case.laws[0]), case.runs, threshold)
            observed = np.log(cut.test.values("loss"))
            for law in case.laws:
                kept, _ = cell(case, law, threshold, folder)
                if kept.reason is None and law not in ENDS_AT_ZERO:
                    half = chosen_half(case.source, sources)
                    error = observed - kept.told.log_value
                    reach, told = np.log(np.maximum(cut.reach, 1.0)), kept.told
                    vote = f"{case.table}, {law}"
                    found.append(
                        Split(vote, half, error, reach, told.doubt, told.noise, kept.looks)
                    )
    return found


def main(folder: Path | None = None) -> None:
    """Print the forms on the choosing half, then on the other with the numbers of the first."""
    from benchmarks.forecast.__main__ import CACHE

    if not data_folder().is_dir():
        print(f"skipped: {data_folder()} is absent (set ISOFLOP_DATA)")
        return
    splits = splits_of(folder or CACHE)
    choosing = [split for split in splits if split.chooses]
    other = [split for split in splits if not split.chooses]
    print("coverage of 50/80/90/95% pooled | mean of votes | votes below 75% | 90% score x100")
    numbers = {form: fitted(choosing, form) for form in FORMS}
    numbers["the package's numbers"] = shipped_numbers()
    for form, found in numbers.items():
        shape = form if form in FORMS else SHIPPED
        doubt, look, common, freedom = np.exp(found)
        print(
            f"{form}: doubt {doubt:.2f}, look {look:.2f}, common {common * UNIT_RATE:.4f}, "
            f"freedom {2 + freedom:.1f}"
        )
        print(f"  chosen on {row(found, choosing, shape)[0]}")
        print(f"  not seen  {row(found, other, shape)[0]}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, default=None)
    main(parser.parse_args().cache)
