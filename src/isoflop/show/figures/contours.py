"""Lines of equal loss over size and tokens, the runs, and the efficient frontier."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.show.figure import (
    Axis,
    Dots,
    Drawing,
    Figure,
    Line,
    Panel,
    Series,
    Subject,
    axis_of,
    parted,
)
from isoflop.show.frontier import flop_per_parameter_token, frontier, is_split_law

_LEVELS = 9
_GRID = 121
_MARGIN = 0.5  # decades shown beyond the data on every side


def shows(subject: Subject) -> bool:
    """Whether the law predicts from size and tokens and the runs have both."""
    runs = subject.runs
    return runs is not None and is_split_law(subject.fit) and runs.has("N") and runs.has("D")


def data(subject: Subject) -> Drawing:
    """Contours found by interpolation in tokens; dashed where no run is as large or as costly."""
    fit, runs = subject.fit, subject.runs
    assert runs is not None
    at = fit.inputs_of(runs)
    spans = {name: _widened(at[name]) for name in ("N", "D")}
    per_pair = flop_per_parameter_token(runs)
    dearest = float((at["N"] * at["D"]).max())
    series: list[Series] = []
    sizes = np.geomspace(*spans["N"], _GRID)
    levels = _levels(fit, runs)
    for i, level in enumerate(levels):
        tokens = _tokens_at(fit, level, sizes, spans["D"])
        inside = (sizes * tokens <= dearest) & (sizes <= at["N"].max()) & (sizes >= at["N"].min())
        inside &= (tokens <= at["D"].max()) & (tokens >= at["D"].min())
        tint = 1 - i / max(len(levels) - 1, 1)
        line = Line(sizes, tokens, "level", tint=tint, beside=f"{level:.3g}")
        series += [part for part in parted(line, inside) if np.isfinite(part.y).any()]
    budgets = np.geomspace((at["N"] * at["D"]).min(), spans["N"][1] * spans["D"][1], _GRID)
    best = frontier(fit, budgets * per_pair, per_pair=per_pair)
    seen = _within(best.parameters[0], spans["N"]) & _within(best.tokens[0], spans["D"])
    path = Line(
        np.where(seen, best.parameters[0], np.nan),
        np.where(seen, best.tokens[0], np.nan),
        "optimum",
        "best split of compute",
    )
    series += parted(path, budgets <= dearest)
    series.append(Dots(at["N"], at["D"], "runs", "runs"))
    axes = [axis_of(name, log=True) for name in ("N", "D")]
    x, y = (Axis(a.words, a.unit, a.kind, True, spans[n]) for a, n in zip(axes, "ND", strict=True))
    note = f"Lines of equal {fit.target} ({fit.unit}) by the law, dashed where no run reaches."
    return Drawing((Panel(x, y, tuple(series)),), (note,))


def _levels(fit: Fit, runs: Runs) -> FloatArray:
    """Round levels of loss over the runs, denser where the loss is low."""
    low, high = np.quantile(runs.values(fit.target), [0.0, 0.95])
    floor = low - 0.15 * (high - low)
    raw = floor + (high - floor) * np.linspace(0.25, 1.0, _LEVELS) ** 1.6
    return np.unique(np.round(raw, 2 if high - low > 0.3 else 3))


def _tokens_at(fit: Fit, level: float, sizes: FloatArray, span: tuple[float, float]) -> FloatArray:
    """Tokens (n,) at which the law gives a level, NaN outside the frame; loss falls in tokens."""
    log_d = np.linspace(np.log(span[0]), np.log(span[1]), _GRID)
    grid = {"N": np.repeat(sizes, _GRID), "D": np.tile(np.exp(log_d), len(sizes))}
    point = np.array([fit.values[name] for name in fit.law.parameter_names])
    loss = fit.law.evaluate(fit.law.input_arrays(grid), point).reshape(len(sizes), _GRID)
    rows = [np.interp(-level, -row, log_d, left=np.nan, right=np.nan) for row in loss]
    return np.exp(np.array(rows))


def _widened(values: FloatArray) -> tuple[float, float]:
    return float(values.min() / 10**_MARGIN), float(values.max() * 10**_MARGIN)


def _within(values: FloatArray, span: tuple[float, float]) -> BoolArray:
    return (values >= span[0]) & (values <= span[1])


FIGURE = Figure(
    "contours",
    "Size against tokens",
    data,
    shows,
    "a law in model size and tokens, and runs with both",
)
