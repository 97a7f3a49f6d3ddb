"""Loss against size at equal compute: data as dots, the law as lines, its minimum marked."""

from __future__ import annotations

import numpy as np

from isoflop.core.quantities import format_count
from isoflop.show.figure import (
    Dots,
    Drawing,
    Figure,
    Line,
    Panel,
    Series,
    Subject,
    axis_of,
    parted,
    target_axis,
)
from isoflop.show.frontier import budgets_of, flop_per_parameter_token, frontier, is_split_law

_AROUND = 2.5  # the law is drawn this factor beyond the sizes of a budget
_POINTS = 81
_FRAME = 0.06  # of the height, left free above and below


def shows(subject: Subject) -> bool:
    """Whether the law splits compute and some runs share a budget."""
    runs = subject.runs
    if runs is None or not is_split_law(subject.fit) or not all(map(runs.has, ("N", "D", "C"))):
        return False
    return bool(budgets_of(runs))


def data(subject: Subject) -> Drawing:
    """One colour per budget, dots for its runs and the line of the law, dashed beyond its sizes."""
    fit, runs = subject.fit, subject.runs
    assert runs is not None
    sizes = fit.inputs_of(runs)["N"]
    observed = runs.values(fit.target)
    per_pair = flop_per_parameter_token(runs)
    groups = budgets_of(runs)
    best = frontier(fit, np.array([budget for budget, _ in groups]), per_pair=per_pair)
    series: list[Series] = []
    inside = []
    for i, (budget, members) in enumerate(groups):
        tint = i / max(len(groups) - 1, 1)
        low, high = sizes[members].min(), sizes[members].max()
        grid = np.geomspace(
            min(low, best.parameters[0, i]) / _AROUND,
            max(high, best.parameters[0, i]) * _AROUND,
            _POINTS,
        )
        law = fit.predict({"N": grid, "D": budget / (per_pair * grid)}).value
        beside = f"{format_count(budget, digits=2)} FLOP"
        measured = (grid >= low) & (grid <= high)
        inside.append(law[measured])
        line = Line(grid, law, "level", tint=tint, beside=beside)
        series += parted(line, measured)
        series.append(Dots(sizes[members], observed[members], "level", tint=tint))
    label = "lowest loss by the law"
    series.append(Dots(best.parameters[0], best.loss[0], "optimum", label))
    alone = len(runs) - sum(len(members) for _, members in groups)
    notes = ["Dots are runs, one colour per budget; lines are the law, dashed beyond the runs."]
    if alone:
        notes.append(f"{alone} of {len(runs)} runs share no shown budget and are not drawn.")
    top = max(float(np.quantile(observed[members], 0.95)) for _, members in groups)
    top = max(top, *(float(values.max()) for values in inside))
    low = min(float(best.loss[0].min()), *(float(observed[m].min()) for _, m in groups))
    above = sum(int((observed[m] > top + _FRAME * (top - low)).sum()) for _, m in groups)
    if above:
        notes.append(f"{above} {'run lies' if above == 1 else 'runs lie'} above the frame.")
    span = (low - _FRAME * (top - low), top + _FRAME * (top - low))
    panel = Panel(axis_of("N", log=True), target_axis(fit, span=span), tuple(series))
    return Drawing((panel,), tuple(notes))


FIGURE = Figure(
    "isoflop",
    "Loss at equal compute",
    data,
    shows,
    "a law in model size and tokens, and at least three sizes at one compute",
)
