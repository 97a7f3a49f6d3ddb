"""Draws any figure with Matplotlib into SVG or PNG bytes; equal numbers give equal bytes."""

from __future__ import annotations

import io
import math
import re
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, assert_never

import numpy as np

from isoflop.core.quantities import format_count
from isoflop.show.draw.palette import COLOURS, INK, colour
from isoflop.show.figure import Axis, Band, Dots, Drawing, Line, Panel, Series, Shade

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Format: TypeAlias = Literal["svg", "png"]

_WIDE, _WIDTH, _HEIGHT = 8.4, 6.6, 4.0  # inches: two panels, one panel
_DPI = 160
_MOST_MARKS = 400  # dots drawn one by one in an SVG; more become a picture, to keep it small
_TEXT_LINE = 0.052  # of the height of a panel
_SETTINGS: dict[str, Any] = {  # Any: Matplotlib's settings hold values of many types
    "svg.hashsalt": "isoflop",
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.unicode_minus": False,
    "lines.linewidth": 1.8,
    "legend.frameon": False,
    "legend.fontsize": 9,
}


def draw(drawing: Drawing, kind: Format = "svg", *, name: str = "figure") -> bytes:
    """A drawing as the bytes of an image.

    Parameters
    ----------
    kind : SVG has a transparent ground and takes the text colour of its page; PNG is white.
    name : prefix of the ids inside an SVG, so that several may share a page.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with rc_context():
        _settle()
        count = len(drawing.panels)
        size = (_WIDTH if count == 1 else _WIDE, _height(drawing))
        canvas = FigureCanvasAgg(Figure(figsize=size, layout="constrained"))
        figure = canvas.figure
        for i, panel in enumerate(drawing.panels):
            axes = figure.add_subplot(1, count, i + 1)
            _draw_panel(axes, panel, legend=i == 0)
        buffer = io.BytesIO()
        if kind == "svg":
            empty = dict.fromkeys(("Date", "Creator", "Format", "Type"))
            figure.savefig(buffer, format="svg", dpi=_DPI, transparent=True, metadata=empty)
            return _for_a_page(buffer.getvalue().decode(), name).encode()
        figure.savefig(buffer, format="png", dpi=_DPI, metadata={"Software": None})
        return buffer.getvalue()


def _settle() -> None:
    """Matplotlib's own defaults with ours on top: a user's matplotlibrc must not change bytes."""
    from matplotlib import rcdefaults, rcParams

    rcdefaults()  # leaves the backend alone
    for name, value in _SETTINGS.items():
        rcParams[name] = value  # type: ignore[index]  # the stubs list names as literals


def _height(drawing: Drawing) -> float:
    rows = max(len(panel.y.labels) for panel in drawing.panels)
    return 1.2 + 0.42 * rows if rows else _HEIGHT - 0.4 * (len(drawing.panels) > 1)


def _draw_panel(axes: Axes, panel: Panel, *, legend: bool) -> None:
    for series in panel.series:
        _draw_series(axes, series)
    _set_axis(axes, panel.x, "x")
    _set_axis(axes, panel.y, "y")
    lines = [s for s in panel.series if isinstance(s, Line) and s.beside]
    _write_beside(axes, lines)
    if legend and any(series.label for series in panel.series if not isinstance(series, Line)):
        axes.legend(loc="best", handlelength=1.6, borderaxespad=0.3, labelspacing=0.35)


def _draw_series(axes: Axes, series: Series) -> None:
    match series:
        case Shade(lo=lo, hi=hi):
            shade = COLOURS[series.role]
            axes.axvspan(lo, hi, color=shade, alpha=0.16, lw=0, label=series.label, zorder=0)
        case Band(x=x, lo=low, hi=high):
            fill = COLOURS[series.role]
            axes.fill_between(
                x, low, high, color=fill, alpha=series.strength, lw=0, label=series.label, zorder=1
            )
        case Line(x=x, y=y):
            axes.plot(
                x,
                y,
                color=colour(series.role, series.tint),
                ls=(0, (4, 2.4)) if series.dashed else "-",
                lw={"zero": 0.9, "optimum": 2.4}.get(series.role, 1.7),
                label=series.label,
                zorder=2 + (series.role != "level"),
            )
        case Dots():
            _draw_dots(axes, series)
        case _:
            assert_never(series)


def _draw_dots(axes: Axes, dots: Dots) -> None:
    shade = colour(dots.role, dots.tint)
    if dots.lo is not None and dots.hi is not None:
        axes.hlines(
            dots.y, dots.lo, dots.hi, color=shade, lw=3.2, alpha=0.55, label=dots.label or ""
        )
        axes.plot(dots.x, dots.y, "o", color=shade, ms=6, zorder=5)
        return
    is_mark = dots.role == "optimum"
    axes.plot(
        dots.x,
        dots.y,
        "D" if is_mark else "o",
        color=shade,
        ms=5.5 if is_mark else 4.2,
        mec="none",
        alpha=0.6 if dots.role == "runs" else 0.95,
        rasterized=len(dots.x) > _MOST_MARKS,
        label=dots.label,
        zorder=5 if is_mark else 4 - (dots.role == "runs"),
    )


def _set_axis(axes: Axes, axis: Axis, side: Literal["x", "y"]) -> None:
    from matplotlib.ticker import (
        FixedLocator,
        FuncFormatter,
        LogLocator,
        MaxNLocator,
        NullFormatter,
    )

    if axis.log:
        (axes.set_xscale if side == "x" else axes.set_yscale)("log")
    if axis.span is not None:
        (axes.set_xlim if side == "x" else axes.set_ylim)(*axis.span)
    (axes.set_xlabel if side == "x" else axes.set_ylabel)(axis.title)
    ticks = axes.xaxis if side == "x" else axes.yaxis
    if axis.kind == "text":
        ticks.set_major_locator(FixedLocator(range(len(axis.labels))))
        ticks.set_major_formatter(FuncFormatter(lambda _, place: axis.labels[place]))
        axes.tick_params(axis=side, length=0)
        return
    low, high = axes.get_xlim() if side == "x" else axes.get_ylim()
    decades = math.log10(high / low) if axis.log else 0.0
    if axis.log and decades >= 2.5:
        ticks.set_major_locator(LogLocator(base=10, numticks=7))
        ticks.set_minor_formatter(NullFormatter())
    elif axis.log:
        ticks.set_major_locator(FixedLocator(_round_steps(low, high)))
        ticks.set_minor_locator(FixedLocator([]))
    else:
        ticks.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    ticks.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, axis)))


def _round_steps(low: float, high: float) -> list[float]:
    """Few round values on a short log axis: 0.5, 0.7, 1, 1.5, 2 ..."""
    mantissas: tuple[float, ...] = (1, 1.1, 1.2, 1.3, 1.5, 1.7, 2, 8, 9)
    if high / low > 2:
        mantissas = (1, 3) if high / low > 20 else (1, 1.5, 2, 3, 5, 7)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = [m * 10.0**e for e in range(first, last + 1) for m in mantissas]
    return [step for step in steps if low <= step <= high]


def _tick(value: float, axis: Axis) -> str:
    if axis.kind == "count":
        return format_count(value)
    if axis.kind == "fraction":
        return "0" if abs(value) < 1e-12 else f"{100 * value:+.3g}%"
    return f"{value:.6g}"


def _write_beside(axes: Axes, lines: list[Line]) -> None:
    """Names of lines in the right margin, at the height of their ends, moved apart."""
    ends = []
    for line in lines:
        inside = _visible(axes, line)
        if inside.any():
            last = int(np.flatnonzero(inside)[-1])
            place = axes.transData.transform((line.x[last], line.y[last]))
            ends.append((float(axes.transAxes.inverted().transform(place)[1]), line))
    ends.sort(key=lambda end: end[0])
    heights = _apart([height for height, _ in ends])
    for height, (_, line) in zip(heights, ends, strict=True):
        axes.annotate(
            line.beside or "",
            (1.0, height),
            xycoords="axes fraction",
            xytext=(4, 0),
            textcoords="offset points",
            fontsize=8.5,
            color=colour(line.role, line.tint),
            va="center",
            annotation_clip=False,
        )


def _apart(heights: list[float]) -> list[float]:
    """Sorted heights pushed at least one line of text apart, kept within the frame."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + _TEXT_LINE) if placed else max(height, 0.0))
    ceiling = 1.0
    for i in reversed(range(len(placed))):
        placed[i] = min(placed[i], ceiling)
        ceiling = placed[i] - _TEXT_LINE
    return placed


def _visible(axes: Axes, line: Line) -> np.ndarray[Any, np.dtype[np.bool_]]:
    # Any: the shape of the mask.
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    with np.errstate(invalid="ignore"):
        inside = (line.x >= x0) & (line.x <= x1) & (line.y >= y0) & (line.y <= y1)
    return np.asarray(inside & np.isfinite(line.y), dtype=np.bool_)


def _for_a_page(svg: str, name: str) -> str:
    """Only the svg element: ids prefixed, ink as the page's text colour, size left to the page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'href="#', f'href="#{name}-', svg)
    svg = re.sub(r"url\(#", f"url(#{name}-", svg)
    svg = svg.replace(INK, "currentColor")
    svg = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font: \1px var(--sans, sans-serif)", svg)
    return svg
