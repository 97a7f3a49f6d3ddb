"""Results as narrow plain text: the answer first, then doubt, then what to be wary of."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from isoflop.core.explain import Finding, explanations
from isoflop.core.quantities import DOMAIN_FAMILIES, format_count, is_canonical
from isoflop.fit.fit import Fit
from isoflop.laws.latex import formula_text
from isoflop.show.figure import axis_of

if TYPE_CHECKING:
    from rich.text import Text

WIDTH = 100
_GAP = "  "
_NARROWEST = 16  # characters the last column is given even in a crowded table
_NUMBER = re.compile(r"[-+]?[\d.,]+(e[-+]?\d+)?[KMBT%x]?|-|")
_CODE = r"\b[EWN]\d{3}\b"


def fit_card(fit: Fit) -> str:
    """A fit on at most 100 columns."""
    lines = [*_wrapped(_answer(fit)), *_wrapped(formula_text(fit.law), "  "), ""]
    lines += [parameter_table(fit), ""]
    lines += [line for sentence in method_of(fit) for line in _wrapped(sentence)]
    if fit.evidence:
        lines += _wrapped(f"Evidence: {evidence_text(fit)}.")
    if fit.warnings:
        lines += ["", "Warnings", *warning_lines(fit.warnings)]
    return "\n".join(lines)


def parameter_table(fit: Fit) -> str:
    """Parameters with value, interval, unit and meaning."""
    return table(("", "value", f"{fit.level:.0%} interval", "unit", "meaning"), parameter_rows(fit))


def parameter_rows(fit: Fit) -> list[tuple[str, ...]]:
    """Name, value, interval, unit, meaning of each parameter, as text."""
    rows: list[tuple[str, ...]] = []
    for parameter in fit.law.parameters:
        span = fit.intervals[parameter.name]
        missing = "held fixed" if parameter.name in fit.fixed else "unknown"
        doubt = f"{span[0]:.4g} to {span[1]:.4g}" if span else missing
        unit = "" if parameter.unit == "1" else parameter.unit
        value = f"{fit.values[parameter.name]:.4g}"
        rows.append((parameter.name, value, doubt, unit, parameter.meaning))
    return rows


def method_of(fit: Fit) -> list[str]:
    """How the numbers came about, in sentences."""
    if fit.objective is None:
        return ["Published coefficients: no data and no interval behind them here."]
    sentences = [
        f"Objective: {fit.objective.name}, delta {fit.objective.delta:g}, "
        f"sum {fit.objective_value:.6g}; {fit.agree} of {fit.tried} starts agree on it."
    ]
    method = fit.method.replace("_", " ")
    if fit.spans and not len(fit.draws):
        sentences.append(f"Intervals: {fit.level:.0%}, {method}; none for forecasts (--resamples).")
    elif len(fit.draws):
        sentences.append(
            f"Intervals: {fit.level:.0%}, {method}, {len(fit.draws)} refits, seed {fit.seed}."
        )
    else:
        sentences.append("Intervals: none, because no refits were asked for (--resamples).")
    return sentences


def evidence_text(fit: Fit) -> str:
    """The range of the data in words."""
    parts = []
    for symbol, (low, high) in fit.evidence.items():
        words, measured_in = _input(fit, symbol)
        unit = "" if measured_in == "1" else f" {measured_in}"
        parts.append(f"{words} {format_count(low)} to {format_count(high)}{unit}")
    return "; ".join(parts)


def _input(fit: Fit, symbol: str) -> tuple[str, str]:
    """Words and unit of an input; a law may read a symbol from a column and in a unit of its own.

    C of a law in GPU-hours is no FLOP.
    """
    own = next((axis for axis in fit.law.axes if axis.symbol == symbol), None)
    if own is None or symbol in fit.axes or own.column.startswith(tuple(DOMAIN_FAMILIES)):
        known = axis_of(fit.axes.get(symbol, symbol))
        return known.words, known.unit
    if is_canonical(own.column):
        return axis_of(own.column).words, own.unit
    return symbol, own.unit


def warning_lines(findings: Iterable[Finding]) -> list[str]:
    """Code and sentence of each, with what to do."""
    lines = []
    for finding in findings:
        lines += _wrapped(f"{finding.code}  {plain(finding.text)}", "  ", "        ")
        known = explanations().get(finding.code)
        if known is not None:
            lines += _wrapped(f"do: {known.do}", "        ", "            ")
    return lines


def table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], *, width: int = WIDTH, indent: str = "  "
) -> str:
    """Columns of text: numbers to the right, the last column wrapped to the width.

    Example
    -------
    >>> print(table(("law", "error"), [("chinchilla", "0.8%"), ("kaplan", "12%")], indent=""))
    law         error
    chinchilla   0.8%
    kaplan        12%
    """
    cells = [[plain(cell) for cell in row] for row in rows]
    columns = list(zip(headers, *cells, strict=True))
    right = [all(_NUMBER.fullmatch(cell) for cell in column[1:]) for column in columns]
    sizes = [max(map(len, column)) for column in columns]
    room = width - len(indent) - sum(sizes[:-1]) - len(_GAP) * (len(sizes) - 1)
    sizes[-1] = min(sizes[-1], max(room, _NARROWEST))
    lines = []
    for row in ([plain(header) for header in headers], *cells):
        last = textwrap.wrap(row[-1], sizes[-1]) or [""]
        for i, (text, _) in enumerate(zip_longest(last, [None])):
            shown = [*(row[:-1] if i == 0 else [""] * (len(row) - 1)), text or ""]
            aligned = (
                cell.rjust(size) if is_right else cell.ljust(size)
                for cell, size, is_right in zip(shown, sizes, right, strict=True)
            )
            lines.append((indent + _GAP.join(aligned)).rstrip())
    return "\n".join(lines)


def plain(text: str) -> str:
    """Text from a file without characters that could steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def styled(card: str) -> Text:
    """The same card for rich: first line bold, codes marked."""
    from rich.text import Text

    text = Text(card)
    text.stylize("bold", 0, len(card.partition("\n")[0]))
    text.highlight_regex(_CODE, "bold yellow")
    return text


def _answer(fit: Fit) -> str:
    label = fit.label or fit.law.name
    if fit.objective is None:
        return f"{label}: published coefficients, N counts {fit.counts.replace('_', '-')}."
    rows = f"{fit.n_rows} rows of {fit.n_runs} runs" if fit.n_rows != fit.n_runs else ""
    many = rows or f"{fit.n_rows} runs"
    distance = f"{fit.noise:.2%}" if fit.law.scale == "log" else f"{fit.noise:.3g} {fit.unit}"
    return f"{label} describes {many} within {distance} (typical distance from the law)."


def _wrapped(text: str, first: str = "", later: str | None = None) -> list[str]:
    rest = first + "  " if later is None else later
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest)
