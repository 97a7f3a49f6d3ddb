"""CompleteP: muP in width, and residual branches scaled by 1/depth, so that depth transfers too.

With the exponent of the paper (alpha = 1) the depth factors of all learning rates are one.
"""

from isoflop.measure.train.parametrisation import (
    Parametrisation,
    Role,
    Size,
    inverse_attention,
    width_rate,
)

_OUTSIDE_BLOCKS = ("embedding", "head", "final_norm")


def eps(role: Role, size: Size) -> float:
    """Gradients inside a branch shrink with the branch."""
    return 1.0 / size.width / (1.0 if role in _OUTSIDE_BLOCKS else size.depth)


def rate(role: Role, size: Size, power: float | None) -> float:
    """muP's rates; steps that follow the gradient's size must undo its shrinking in a branch."""
    undo = size.depth if power is None and role not in _OUTSIDE_BLOCKS else 1.0
    return width_rate(role, size, power) * undo


PARAMETRISATION = Parametrisation(
    name="completep",
    source="Dey et al., Don't be lazy: CompleteP enables compute-efficient deep transformers, "
    "2505.01618",
    attention=inverse_attention,
    logits=lambda size: 1.0 / size.width,
    branch=lambda size: 1.0 / size.depth,
    rate=rate,
    eps=eps,
    init_layers=lambda size: size.base_n_layer,
)
