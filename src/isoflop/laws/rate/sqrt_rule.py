"""Square-root rule: the learning rate grows with the square root of the batch."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def rates(kappa: FloatArray, lr: FloatArray) -> FloatArray:
    return lr * kappa**0.5


RULE = Rule(
    name="sqrt_rule",
    entry="B18",
    about="Keeps the covariance of an update when the batch changes.",
    inputs=(
        Axis("kappa", "kappa", "1", "new batch over old batch", 0.01, 100.0),
        Axis("lr", "lr", "1", "old peak learning rate", 1e-5, 1e-1, default=1.0),
    ),
    outputs=(Axis("lr_new", "lr", "1", "new peak learning rate", 1e-6, 1.0),),
    formula=rates,
    source="hoffer2017",
    where="arXiv 1705.08741; the rule itself is recalled, not checked",
    reported=(Reported({"kappa": 16.0, "lr": 1.0}, {"lr_new": 4.0}, 1e-12),),
    scope=(
        "For SGD at small batches it under-uses the batch: use linear_rule.",
        "For Adam it fails above the noise scale of the sign gradient (surge); decays and eps move "
        "with it (adam_sde_rule).",
        "Keep epochs or tokens, unless as many updates as before are wanted (hoffer2017).",
    ),
)
