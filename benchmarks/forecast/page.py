"""The page of results: must-show rows, entrants pooled, tables one by one, halves, worlds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import numpy as np

from benchmarks.forecast.bars import (
    Simulated,
    bars,
    pooled_coverage,
    pooled_coverage_of,
    ratios,
    verdicts,
)
from benchmarks.forecast.board import Board
from benchmarks.forecast.cells import LEVELS, RESAMPLES
from isoflop import __version__
from isoflop.validate.beside import naive_names
from isoflop.validate.score import score
from isoflop.validate.stacking import NAME


def page(board: Board, simulated: Simulated, seconds: float) -> str:
    """Markdown; every number from the board."""
    n_forecasts = sum(len(f.rows) for items in board.forecasts[NAME].values() for f in items)
    head = [
        "# Forecasts of larger runs: the scoreboard",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, isoflop {__version__}, `python -m benchmarks.forecast`, "
        f"{seconds / 60:.0f} min (fits kept from earlier runs are not made again).",
        f"{len(board.sources)} tables, {board.n_splits} splits, {n_forecasts} forecasts of "
        f"held-out runs by every entrant, {RESAMPLES} resamples a fit. Errors are absolute "
        "relative errors (ARE). Means are over tables, each counted once, unless said otherwise.",
        "",
    ]
    parts = [head, bars(board, simulated), _entrants(board), _tables(board), _halves(board)]
    parts += [_frontier(board), _decisions(board), _worlds(simulated), _failures(board)]
    return "\n".join(line for part in parts for line in part)


def _entrants(board: Board) -> list[str]:
    covers = " | ".join(f"{level:.0%}" for level in LEVELS)
    lines = [
        "## Entrants",
        "",
        f"| | tables | mean ARE | median table | bias | over default | {covers} | 90% width "
        "(median table) | interval score |",
        "| --- |" + " --- |" * (8 + len(LEVELS)),
    ]
    order = [NAME, *board.laws(), "scipy", *sorted(naive_names() & set(board.forecasts))]
    for name in order:
        if name in board.forecasts:
            lines.append(_entrant(board, name))
    lines += [
        "",
        "`scipy`: the default form, Huber of log loss, L-BFGS-B with slopes by differences from a "
        "grid of 16 starts (6 on one axis), percentiles of 20 refits to resampled runs. Interval "
        "score: mean of 90% width and its fines, ln units, median table.",
        "",
    ]
    return lines


def _entrant(board: Board, name: str) -> str:
    tables = board.forecasts[name]
    scores = {table: score(items) for table, items in tables.items()}
    base = {t: board.forecasts.get(board.defaults[t], {}).get(t) for t in tables}
    over = [
        scores[t].are_mean / score(items).are_mean
        for t, items in base.items()
        if items is not None and len(items) == len(tables[t])
    ]
    found = list(scores.values())
    cells = [
        name,
        f"{len(found)}",
        f"{np.mean([s.are_mean for s in found]):.2%}",
        f"{np.median([s.are_mean for s in found]):.2%}",
        f"{np.mean([s.bias for s in found]):+.2%}",
        f"{np.mean(over):.2f}" if over else "-",
    ]
    if found[0].coverage:
        pooled = score([item for items in tables.values() for item in items])
        cells += [f"{pooled.coverage[level]:.0%}" for level in LEVELS]
        cells += [f"{np.median([s.width[0.9] for s in found]):.3f}"]
        cells += [f"{np.median([s.interval_score[0.9] for s in found]):.3f}"]
    else:
        cells += ["-"] * (len(LEVELS) + 2)
    return "| " + " | ".join(cells) + " |"


def _tables(board: Board) -> list[str]:
    lines = [
        "## Tables",
        "",
        "| table | splits | runs | stack | best law | default | scipy | best naive | 90% covers | "
        "90% width | verdict of the stack |",
        "| --- |" + " --- |" * 10,
    ]
    said = verdicts(board, NAME)
    for table, items in board.forecasts[NAME].items():
        mine = score(items)
        laws = _best(board, board.laws(), table)
        naive = _best(board, sorted(naive_names()), table)
        default = board.forecasts.get(board.defaults[table], {}).get(table)
        scipy = board.forecasts.get("scipy", {}).get(table)
        cells = [
            table,
            str(len(items)),
            str(mine.n_test),
            f"{mine.are_mean:.2%}",
            laws,
            "-" if default is None else f"{score(default).are_mean:.2%}",
            "-" if scipy is None else f"{score(scipy).are_mean:.2%}",
            naive,
            f"{mine.coverage[0.9]:.0%}",
            f"{mine.width[0.9]:.3f}",
            said[table].text.split(":")[0],
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]


def _best(board: Board, names: Sequence[str], table: str) -> str:
    n = len(board.forecasts[NAME][table])
    found = {
        name: score(board.forecasts[name][table]).are_mean
        for name in names
        if len(board.forecasts.get(name, {}).get(table, ())) == n
    }
    if not found:
        return "-"
    name = min(found, key=lambda key: found[key])
    return f"{found[name]:.2%} {name}"


def chosen_half(source: str, sources: Sequence[str]) -> bool:
    """Whether the form of the intervals was chosen on this source: every second, by name."""
    return sorted(set(sources)).index(source) % 2 == 1


def _halves(board: Board) -> list[str]:
    sources = list(board.sources.values())
    lines = [
        "## Halves",
        "",
        "The form of the intervals and of the stack was chosen on every second source, in order of "
        "name; the other half had no say.",
        "",
        "| | tables | stack 90% covers | laws 90% cover | stack over default | width |",
        "| --- |" + " --- |" * 5,
    ]
    halves: list[tuple[str, Callable[[str], bool]]] = [
        ("chosen on", lambda t: chosen_half(board.sources[t], sources)),
        ("not seen", lambda t: not chosen_half(board.sources[t], sources)),
    ]
    for words, member in halves:
        part = _part(board, member)
        if part.forecasts.get(NAME):
            stack = part.forecasts[NAME]
            lines.append(
                f"| {words} | {len(stack)} | {pooled_coverage(stack):.1%} | "
                f"{pooled_coverage_of(part, part.laws()):.1%} | {ratios(part)[2]:.2f} | "
                f"{np.median([score(items).width[0.9] for items in stack.values()]):.3f} |"
            )
    return [*lines, ""]


def _part(board: Board, member: Callable[[str], bool]) -> Board:
    kept = {
        name: {table: items for table, items in tables.items() if member(table)}
        for name, tables in board.forecasts.items()
    }
    sources = {table: source for table, source in board.sources.items() if member(table)}
    return Board({n: t for n, t in kept.items() if t}, {}, sources, board.defaults)


def _frontier(board: Board) -> list[str]:
    if not board.frontier:
        return []
    lines = [
        "## The frontier: the best run of each held-out budget",
        "",
        "| | tables | mean ARE | bias |",
        "| --- | --- | --- | --- |",
    ]
    means = {}
    for name, tables in board.frontier.items():
        errors = {t: np.expm1(np.concatenate(items)) for t, items in tables.items()}
        are = np.mean([np.abs(e).mean() for e in errors.values()])
        means[name] = (len(errors), float(are), float(np.mean([e.mean() for e in errors.values()])))
    for name, (n, are, bias) in sorted(means.items(), key=lambda item: item[1][1]):
        lines.append(f"| {name} | {n} | {are:.2%} | {bias:+.2%} |")
    return [*lines, ""]


def _decisions(board: Board) -> list[str]:
    if not board.ranked:
        return []
    lines = [
        "## Decisions: which of two recipes is better at a larger size",
        "",
        "| | right | pairs of runs |",
        "| --- | --- | --- |",
    ]
    shares = {name: float(np.mean(right)) for name, right in board.ranked.items()}
    for name in sorted(shares, key=lambda key: -shares[key]):
        lines.append(f"| {name} | {shares[name]:.1%} | {len(board.ranked[name])} |")
    return [*lines, ""]


def _worlds(simulated: Simulated) -> list[str]:
    if not simulated:
        return []
    lines = [
        "## Simulated studies",
        "",
        "| world | studies | mean ARE | 50% | 80% | 90% | 95% | 90% width |",
        "| --- |" + " --- |" * 7,
    ]
    for world in dict.fromkeys(name for name, _ in simulated):
        items = [item for name, item in simulated if name == world]
        found = score(items)
        covers = " | ".join(f"{found.coverage[level]:.0%}" for level in LEVELS)
        lines.append(
            f"| {world} | {len(items)} | {found.are_mean:.2%} | {covers} | {found.width[0.9]:.3f} |"
        )
    return [*lines, ""]


def _failures(board: Board) -> list[str]:
    if not board.failures:
        return []
    return ["## Fits that were not possible", "", *(f"- {text}" for text in board.failures), ""]
