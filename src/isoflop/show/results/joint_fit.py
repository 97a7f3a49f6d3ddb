"""A joint fit: the parameters of all groups with their intervals, each as a row."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.result import ResultFigures
from isoflop.fit.joint_fit import JointFit
from isoflop.show.figure import Drawing, Subject, get_figure


def draw(joint: JointFit) -> Mapping[str, Drawing]:
    """One figure of intervals for each group that has them."""
    figure = get_figure("intervals")
    subjects = {name: Subject(fit) for name, fit in joint.groups.items()}
    return {
        f"{figure.name} {name}": figure.draw(subject)
        for name, subject in subjects.items()
        if figure.shows(subject)
    }


RESULT = ResultFigures(JointFit, draw)
