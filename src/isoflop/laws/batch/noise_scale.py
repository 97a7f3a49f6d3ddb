"""Gradient noise scale from gradient, its covariance and the Hessian."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def scales(
    G2: FloatArray, spread: FloatArray, GHG: FloatArray, H_spread: FloatArray
) -> tuple[FloatArray, ...]:
    return H_spread / GHG, spread / G2, G2 / GHG, G2**2 / (2.0 * GHG)


RULE = Rule(
    name="noise_scale",
    entry="B01",
    about="Batch at which the noise of a gradient costs as much as the gradient brings.",
    inputs=(
        Axis("G2", "G2", "loss^2", "|G|^2, squared norm of the true gradient", 1e-4, 1e2),
        Axis("spread", "spread", "loss^2", "tr(Sigma), covariance of one example", 1e-2, 1e6),
        Axis("GHG", "GHG", "loss^3", "G'HG, curvature along the gradient", 1e-6, 1e2),
        Axis("H_spread", "H_spread", "loss^3", "tr(H Sigma)", 1e-4, 1e6),
    ),
    outputs=(
        Axis("B_noise", "B_noise", "examples", "noise scale", 1e-6, 1e12),
        Axis("B_simple", "B_simple", "examples", "the same where H is isotropic", 1e-6, 1e12),
        Axis("lr_max", "lr", "1", "best rate of a step without noise", 1e-6, 1e8),
        Axis("drop_max", "drop", "loss", "loss drop of that step", 1e-12, 1e10),
    ),
    formula=scales,
    source="mccandlish2018",
    where="arXiv 1812.06162, section 2",
    reported=(
        # Isotropic Hessian H = 2: both scales agree.
        Reported(
            {"G2": 4.0, "spread": 12.0, "GHG": 8.0, "H_spread": 24.0},
            {"B_noise": 3.0, "B_simple": 3.0, "lr_max": 0.5, "drop_max": 1.0},
            1e-12,
        ),
    ),
    scope=(
        "An example is a sequence in language models: multiply by the context for tokens.",
        "B = B_noise takes twice the data and twice the steps of the two extremes.",
        "Order of magnitude only, and not for Adam without its preconditioner: see noise_step.",
    ),
)
