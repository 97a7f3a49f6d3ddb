"""Tests of trends in words: the answer, then every test."""

from __future__ import annotations

from collections.abc import Sequence

from isoflop.show.terminal import table
from isoflop.validate.trends.judge import Shape


def trend_text(shapes: Sequence[Shape]) -> str:
    """One block a target."""
    return "\n".join(_block(shape) for shape in shapes)


def _block(shape: Shape) -> str:
    found = shape.found
    answer = (
        f"{shape.target} against {shape.axis}: nothing speaks against a monotone power law."
        if found is None
        else f"{shape.target} against {shape.axis}: do not trust a monotone law."
    )
    lines = [answer]
    lines += [f"  {finding.code}  {finding.text}" for finding in shape.findings]
    source = "repeats" if shape.repeats else "residuals"
    lines += [
        f"  {shape.n} runs at {shape.n_places} places, {shape.noise:.3g} about the monotone law, "
        f"noise from {source}.",
        "",
        table(
            ("trend", "p", "after Holm", "AICc better by"),
            [(t.name, f"{t.p:.2g}", f"{t.corrected:.2g}", f"{t.better:.1f}") for t in shape.tests],
        ),
        "",
    ]
    return "\n".join(lines)
