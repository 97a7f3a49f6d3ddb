"""A plan: what the sizes beside the best one cost, in compute."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.result import ResultFigures
from isoflop.decide.plan import Estimate, Plan
from isoflop.show.figure import Axis, Dots, Drawing, Panel, Series, Shade, axis_of


def draw(plan: Plan) -> Mapping[str, Drawing]:
    """Compute each alternative takes over the least that does, with the flat region shaded."""
    if not plan.alternatives:
        return {}
    size = np.array([item.inputs["N"] for item in plan.alternatives])
    order = np.argsort(size)
    factors = [plan.alternatives[int(i)].compute_factor for i in order]
    here = Dots(np.array([plan.optimum["N"].value]), np.ones(1), "optimum", "the plan")
    others = Dots(size[order], np.array([item.value for item in factors]), "law", "other sizes")
    series: list[Series] = [*_flat(plan), others, here]
    x, y = axis_of("N", log=True), Axis("compute over the least that does", "1")
    return {"alternatives": Drawing((Panel(x, y, tuple(series)),), _notes(plan, factors))}


def _flat(plan: Plan) -> list[Series]:
    span = plan.flat.get("N")
    if not isinstance(span, list | tuple) or None in span:
        return []
    return [Shade(float(span[0]), float(span[1]), "trusted", "flat region")]


def _notes(plan: Plan, factors: list[Estimate]) -> tuple[str, ...]:
    doubt = "" if factors[0].lo is not None else " No interval: published point values."
    return (f"Sizes for the same total compute, by {plan.label}.{doubt}",)


RESULT = ResultFigures(Plan, draw)
