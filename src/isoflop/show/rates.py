"""Laws of the learning rate and batch, and what rules cost, as narrow plain text."""

from __future__ import annotations

import numpy as np

from isoflop.core.quantities import format_count
from isoflop.fit.rates.at_batch import RateAtBatch
from isoflop.fit.rates.fit_rates import RateFit
from isoflop.fit.rates.optima import get_optima
from isoflop.fit.rates.powers import Powers
from isoflop.show.terminal import table
from isoflop.validate.compare_rates import PER_MILLE, RateComparison


def rate_fit_text(fit: RateFit, level: float) -> str:
    """The laws, their exponents, and the optima of the cells."""
    cells = len(fit.used) + len(fit.left_out)
    lines = [
        fit.lr.text(),
        f"{fit.batch.text()}  tokens a step",
        "",
        table(("law", "exponent of", "value", f"{level:.0%} interval"), _exponents(fit, level)),
        "",
        f"Optimum: {get_optima(fit.optimum).about}.",
        f"Cells: {len(fit.used)} of {cells} used; the rest are at an edge or have no bowl.",
        f"Intervals: {len(fit.lr.draws)} refits on resampled {fit.resample}.",
        "",
        table(("size", "tokens", "runs", "settings", "lr", "batch", "best loss"), _optima(fit)),
    ]
    return "\n".join(lines) + "\n"


def at_batch_text(fit: RateAtBatch, level: float) -> str:
    """The law of the rate at a given batch."""
    lines = [
        fit.lr.text(),
        "",
        table(("law", "exponent of", "value", f"{level:.0%} interval"), _rows("lr", fit.lr, level)),
        "",
        "Optimum: vertex of a quadratic in ln lr at each batch.",
        f"Batches: {len(fit.used)} used, {len(fit.on_edge)} at an edge; "
        f"spread about the law {fit.lr.spread:.2f} in ln lr.",
    ]
    return "\n".join(lines) + "\n"


def comparison_text(found: RateComparison) -> str:
    """Rules by mean penalty."""
    rows = [
        (
            score.rule,
            f"{score.mean:.2f}",
            f"{score.median:.2f}",
            f"{score.worst:.2f}",
            str(score.cells),
            str(score.outside) if score.outside else "-",
            score.about,
        )
        for score in found.scores
    ]
    error = PER_MILLE * found.interpolation_error
    lines = [
        "Loss above the best run of the cell, per mille.",
        table(("rule", "mean", "median", "worst", "cells", "beyond", "about"), rows),
        "",
        "Read off a local quadratic in (ln lr, ln batch) through the nearest runs; it misses runs",
        f"near the best by {error:.2f} per mille (median). Settings 'beyond' the runs: the penalty",
        "is a lower bound. Rules with 'best lr there' are told the best rate, which flatters them.",
    ]
    return "\n".join(lines) + "\n"


def trials_text(found: RateComparison) -> str:
    """Every rule at every cell; ``>`` marks a lower bound, ``*`` a cell the rule was tuned on."""
    cells = list(dict.fromkeys((trial.cell.N_ne, trial.cell.D) for trial in found.trials))
    rows = []
    for score in found.scores:
        at = {(trial.cell.N_ne, trial.cell.D): trial for trial in found.of(score.rule)}
        for key in cells:
            if key in at:
                trial = at[key]
                mark = ("" if trial.inside else ">") + ("" if trial.held_out else "*")
                rows.append(
                    (
                        score.rule,
                        format_count(key[0]),
                        format_count(key[1]),
                        f"{trial.lr:.3g}",
                        format_count(trial.batch),
                        f"{mark}{PER_MILLE * trial.penalty:.2f}",
                    )
                )
    headers = ("rule", "size", "tokens", "lr", "batch", "per mille")
    return "\n" + table(headers, rows) + "\n"


def _exponents(fit: RateFit, level: float) -> list[tuple[str, ...]]:
    return [
        *_rows("lr", fit.lr, level),
        *_rows("batch", fit.batch, level),
        *_rows("batch, with size", fit.batch_in_both, level),
    ]


def _rows(name: str, powers: Powers, level: float) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for symbol, value in powers.exponents.items():
        span = powers.interval(symbol, level)
        shown = "none" if span is None else f"{span[0]:.3f} to {span[1]:.3f}"
        rows.append((name, symbol, f"{value:.3f}", shown))
    return rows


def _optima(fit: RateFit) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for cell, found in fit.used:
        lr, batch = found.centre
        rows.append(
            (
                format_count(cell.N_ne),
                format_count(cell.D),
                str(len(cell.loss)),
                str(np.size(found.lr)),
                f"{lr:.3g}",
                format_count(batch),
                f"{cell.best:.4f}",
            )
        )
    return rows
