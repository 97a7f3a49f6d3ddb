"""A fit: every figure of the catalogue that a fit without its runs can fill."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.result import ResultFigures
from isoflop.fit.fit import Fit
from isoflop.show.figure import Drawing, Subject, figures_of


def draw(fit: Fit) -> Mapping[str, Drawing]:
    """The forecast, the contours, the intervals, as far as the law has them."""
    subject = Subject(fit)
    return {figure.name: figure.draw(subject) for figure in figures_of(subject)}


RESULT = ResultFigures(Fit, draw)
