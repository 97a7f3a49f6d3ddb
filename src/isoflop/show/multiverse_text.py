"""A multiverse of choices on one page of text, and its figure as a file."""

from __future__ import annotations

import textwrap
from pathlib import Path

from isoflop.core.errors import UsageError
from isoflop.core.files import write_atomic
from isoflop.core.quantities import format_count
from isoflop.decide.multiverse.result import QUANTILES, Multiverse
from isoflop.show.terminal import WIDTH, table

_KINDS = {".svg": "svg", ".png": "png"}
BAR = 30  # characters of the longest bar


def multiverse_text(found: Multiverse) -> str:
    """Spread of the decision, rough answers, what moves it, every option, warnings."""
    size = found.spread["N"]
    head = (
        f"{len(found.lived)} universes at {format_count(found.budget)} FLOP: the optimal size is "
        f"{format_count(size['low'])} to {format_count(size['high'])} parameters."
    )
    lines = [head, "", _spread(found), "", "Rough answers (parameters, steps of a factor two)"]
    top = max(item.share for item in found.rough)
    for item in found.rough:
        span = f"{format_count(item.low)} to {format_count(item.high)}"
        bar = "#" * max(round(BAR * item.share / top), 1)
        lines.append(f"  {span:>18}  {item.share:>4.0%}  {bar}")
    lines += ["", "What moves the optimal size", _effects(found)]
    lines.append(f"  {found.together:.0%} of the variance is of choices together.")
    if found.findings:
        lines += ["", "Warnings"]
    for finding in found.findings:
        text = f"[{finding.code}] {finding.text}"
        lines += textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"


def save_figure(found: Multiverse, path: Path) -> Path:
    """Draw the figure into an SVG or PNG file.

    Raises
    ------
    UsageError
        E100 for another ending.
    """
    from isoflop.show.draw.matplotlib import draw

    if path.suffix not in _KINDS:
        raise UsageError(
            f"A figure cannot be saved as '{path.name}'.",
            where=f"--figure {path}",
            matters="nothing was saved.",
            do="end the name in .svg or .png.",
        )
    drawing = found.figures()["universes"]
    return write_atomic(path, draw(drawing, "svg" if path.suffix == ".svg" else "png"))


def _spread(found: Multiverse) -> str:
    usual = found.default
    names = {
        "N": "parameters",
        "D": "tokens",
        "tokens_per_parameter": "tokens per parameter",
        "loss": "loss forecast",
    }
    own = (
        {}
        if usual is None
        else {
            "N": usual.N,
            "D": usual.D,
            "tokens_per_parameter": usual.D / usual.N,
            "loss": usual.loss,
        }
    )
    rows = []
    for name, words in names.items():
        cells = [found.spread[name][key] for key in QUANTILES]
        shown = [_number(name, value) for value in cells]
        rows.append([words, _number(name, own[name]) if own else "failed", *shown])
    return table(["", "usual", *QUANTILES], rows)


def _number(name: str, value: float) -> str:
    if name == "loss":
        return f"{value:.4f}"
    return f"{value:.3g}" if name == "tokens_per_parameter" else format_count(value)


def _effects(found: Multiverse) -> str:
    rows = []
    for effect in found.effects:
        options = ", ".join(f"{name} x{x:.2f}" for name, x in effect.options.items())
        rows.append([effect.choice, f"{effect.share:.0%}", f"{effect.factor:.2f}", options])
    return table(["choice", "variance", "factor", "options (N* against the first)"], rows)
