"""A calibration as text."""

from __future__ import annotations

import numpy as np

from isoflop.decide.hardware.calibrate import Calibration
from isoflop.show.terminal import table


def calibration_text(found: Calibration) -> str:
    """The held-out error first, then the coefficients."""
    errors, efficiency = found.errors, found.efficiency
    low, high = efficiency.spread
    head = (
        f"Held-out error {errors.mean():.1%} (median {np.median(errors):.1%}, "
        f"worst {errors.max():.1%}) over {len(errors)} timed steps; {found.fitted_error:.1%} on "
        f"the steps fitted.\n80% of steps took {low:.2f} to {high:.2f} times what was forecast.\n"
    )
    rows = [
        (name, f"{value:.3g}", "assumed: no step has it" if name in found.unseen else "")
        for name, value in efficiency.coefficients.items()
    ]
    return (
        f"{head}\n{table(('term', 'coefficient', ''), rows)}\n"
        "\nCoefficients multiply what a term takes at the stated speed; launch, layer, micro_batch"
        "\nand step are milliseconds. Save with --out FILE, use with --calibration FILE.\n"
    )
