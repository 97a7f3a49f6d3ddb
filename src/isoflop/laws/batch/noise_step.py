"""Best learning rate and best loss drop of one SGD step, by its batch."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def best_step(
    B: FloatArray, B_noise: FloatArray, lr_max: FloatArray, drop_max: FloatArray
) -> tuple[FloatArray, FloatArray]:
    share = 1.0 / (1.0 + B_noise / B)
    return lr_max * share, drop_max * share


RULE = Rule(
    name="noise_step",
    entry="B01",
    about="At the noise scale a step is half as good as the noiseless one.",
    inputs=(
        Axis("B", "batch_tokens", "tokens", "batch size, in the unit of B_noise", 1e3, 1e8),
        Axis("B_noise", "B_noise", "tokens", "gradient noise scale", 1e3, 1e8),
        Axis("lr_max", "lr", "1", "best rate without noise", 1e-5, 10.0, default=1.0),
        Axis("drop_max", "drop", "nat/token", "drop without noise", 1e-6, 1.0, default=1.0),
    ),
    outputs=(
        Axis("lr_best", "lr", "1", "best rate of this step", 1e-8, 10.0),
        Axis("drop_best", "drop", "nat/token", "loss drop at that rate", 1e-9, 1.0),
    ),
    formula=best_step,
    source="mccandlish2018",
    where="arXiv 1812.06162, section 2: second order in the step, any Hessian",
    reported=(
        Reported({"B": 1e5, "B_noise": 1e5}, {"lr_best": 0.5, "drop_best": 0.5}, 1e-12),
        Reported({"B": 1e5, "B_noise": 3e5}, {"lr_best": 0.25, "drop_best": 0.25}, 1e-12),
    ),
    scope=(
        "Theory of SGD: for Adam use gradients after preconditioning, or take it as a proxy.",
        "merrill2025 measures critical batches orders of magnitude above the simple noise scale: "
        "a lower bound and an early warning, not a batch to train with.",
        "The noise scale rises as the loss falls, mainly through the loss, with harder tasks, and "
        "is lower at a higher temperature lr/B: use the value of the stretch the step is in.",
    ),
)
