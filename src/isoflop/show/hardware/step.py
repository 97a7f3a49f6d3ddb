"""Time of a step as text."""

from __future__ import annotations

from isoflop.core.quantities import format_count
from isoflop.decide.hardware.layout import Layout
from isoflop.decide.hardware.step_time import StepTime
from isoflop.show.terminal import table

_SMALL = 0.001  # share of a step below which a part is not shown


def step_text(layout: Layout, step: StepTime) -> str:
    """Seconds with their interval, utilisation, then what they are spent on."""
    head = (
        f"{step.seconds:.3g} s a step, {step.low:.3g} to {step.high:.3g} (80%); "
        f"{format_count(step.tokens_per_second)} tokens/s on {layout.devices} devices.\n"
        f"MFU {step.mfu:.1%}, HFU {step.hfu:.1%} (6N + 12*L*h*s a token). "
        f"Besides matrix products: {step.bottleneck}.\n"
        f"Layout: {layout.words}.\nEfficiency: {step.source}.\n"
    )
    rows = [
        (name, f"{value:.4g}", f"{value / step.seconds:.1%}")
        for name, value in step.limits.items()
        if value > _SMALL * step.seconds
    ]
    return f"{head}\n{table(('spent on', 's', 'share'), rows)}\n"
