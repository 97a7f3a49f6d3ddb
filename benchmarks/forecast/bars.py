"""The must-show rows: coverage, reach and the stack against their bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.forecast.board import Board
from isoflop.validate.beside import naive_names
from isoflop.validate.score import Forecast, score
from isoflop.validate.stacking import NAME
from isoflop.validate.verdict import TOLERANCE, Verdict, judge

LEAST = 0.75  # coverage of a 90% interval below which a table needs the verdict "do not use"
Simulated = Sequence[tuple[str, Forecast]]


def verdicts(board: Board, entrant: str) -> dict[str, Verdict]:
    """{table: verdict} of one entrant against the best naive baseline of the table."""
    found = {}
    for table, items in board.forecasts[entrant].items():
        naive = [board.forecasts[n][table] for n in naive_names() if table in board.forecasts[n]]
        naive = [rival for rival in naive if _splits(rival) == _splits(items)]
        best = min(naive, key=lambda rival: score(rival).are_mean) if naive else []
        found[table] = judge(items, best, tolerance=TOLERANCE)
    return found


def _splits(items: Sequence[Forecast]) -> list[tuple[float, int]]:
    return [(item.threshold, len(item.rows)) for item in items]


def bars(board: Board, simulated: Simulated) -> list[str]:
    stack, laws = board.forecasts[NAME], board.laws()
    mine, all_laws = pooled_coverage(stack), pooled_coverage_of(board, laws)
    refused = verdicts(board, NAME)
    low = [t for t, items in stack.items() if score(items).coverage[0.9] < LEAST]
    bad = [t for t in low if refused[t].is_usable]
    inside, beyond = reach_errors([f for items in stack.values() for f in items])
    hindsight, fixed, default = ratios(board)
    rows = [
        ("90% intervals of the stack cover, pooled", "86-94%", f"{mine:.1%}", 0.86 <= mine <= 0.94),
        ("the same, every law alone", "86-94%", f"{all_laws:.1%}", 0.86 <= all_laws <= 0.94),
        (
            f"tables below 75% that are not 'do not use' ({len(low)} below)",
            "0",
            f"{len(bad)} {', '.join(bad)}".strip(),
            not bad,
        ),
        (
            f"ARE inside the stated horizon ({len(inside)} runs) over beyond it ({len(beyond)})",
            "at most 0.5",
            *_over(inside, beyond),
        ),
        (
            f"stack over the best single law ({fixed[0]} on tables of two axes, {fixed[1]} on one)",
            "at most 1.05",
            f"{fixed[2]:.2f}",
            fixed[2] <= 1.05,
        ),
        ("stack over the best law of each table, in hindsight", "-", f"{hindsight:.2f}", None),
        ("stack over the field's default", "at most 0.85", f"{default:.2f}", default <= 0.85),
    ]
    if simulated:
        cover = pooled_coverage({"": [item for _, item in simulated]})
        name = f"90% intervals cover on {len(simulated)} simulated studies"
        rows.append((name, "88-92%", f"{cover:.1%}", 0.88 <= cover <= 0.92))
    lines = ["## Must show", "", "| what | bar | found | |", "| --- | --- | --- | --- |"]
    for what, bar, got, passed in rows:
        mark = "" if passed is None else "pass" if passed else "**miss**"
        lines.append(f"| {what} | {bar} | {got} | {mark} |")
    return [*lines, ""]


def _over(inside: np.ndarray, beyond: np.ndarray) -> tuple[str, bool]:
    if not len(inside) or not len(beyond):
        return "no runs on one side", False
    near, far = float(np.mean(inside)), float(np.mean(beyond))
    return f"{near:.2%} / {far:.2%} = {near / far:.2f}", near <= 0.5 * far


def reach_errors(forecasts: Sequence[Forecast]) -> tuple[np.ndarray, np.ndarray]:
    """ARE of held-out runs inside the horizon stated before they were seen, and beyond it."""
    inside, beyond = [np.empty(0)], [np.empty(0)]
    for item in forecasts:
        near = item.reach <= (item.horizon or 1.0)
        inside.append(item.absolute_error[near])
        beyond.append(item.absolute_error[~near])
    return np.concatenate(inside), np.concatenate(beyond)


def ratios(board: Board) -> tuple[float, tuple[str, str, float], float]:
    """Mean over tables of the stack's ARE over: hindsight's best, best fixed law, default.

    The best fixed law is one for tables of two axes and one for tables of one axis, chosen with
    all results in view, by its mean ratio to the best of each table.
    """
    are = {
        name: {table: score(items).are_mean for table, items in tables.items()}
        for name, tables in board.forecasts.items()
    }
    stack = are[NAME]
    n_splits = {table: len(items) for table, items in board.forecasts[NAME].items()}
    whole = {
        name: {
            table: value
            for table, value in are[name].items()
            if len(board.forecasts[name][table]) == n_splits[table]
        }
        for name in board.laws()
    }
    best = {t: min(v[t] for v in whole.values() if t in v) for t in stack}
    joint = [t for t in stack if board.defaults[t] == "chinchilla"]
    curves = [t for t in stack if board.defaults[t] == "m2"]
    chosen = [_fixed(whole, best, group) for group in (joint, curves)]
    over = [
        stack[t] / whole[law][t]
        for law, group in zip(chosen, (joint, curves), strict=True)
        for t in group
        if t in whole.get(law, {})
    ]
    default = [
        stack[t] / are[board.defaults[t]][t]
        for t in (*joint, *curves)
        if t in are[board.defaults[t]]
    ]
    hindsight = float(np.mean([stack[t] / best[t] for t in stack]))
    return hindsight, (chosen[0], chosen[1], _mean(over)), _mean(default)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _fixed(
    whole: Mapping[str, Mapping[str, float]], best: Mapping[str, float], tables: Sequence[str]
) -> str:
    means = {
        law: float(np.mean([values[t] / best[t] for t in tables]))
        for law, values in whole.items()
        if tables and all(t in values for t in tables)
    }
    return min(means, key=lambda law: means[law]) if means else "none"


def pooled_coverage(tables: Mapping[str, Sequence[Forecast]], level: float = 0.9) -> float:
    return score([item for items in tables.values() for item in items]).coverage[level]


def pooled_coverage_of(board: Board, names: Sequence[str]) -> float:
    pooled = [f for name in names for items in board.forecasts[name].values() for f in items]
    return score(pooled).coverage[0.9]
