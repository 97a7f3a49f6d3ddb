"""Standard parametrisation: one learning rate for every tensor, whatever the size."""

from isoflop.measure.train.parametrisation import Parametrisation, sqrt_attention

PARAMETRISATION = Parametrisation(
    name="sp",
    source="practice",
    attention=sqrt_attention,
    logits=lambda size: 1.0,
    branch=lambda size: 1.0,
    rate=lambda role, size, power: 1.0,
    eps=lambda role, size: 1.0,
    init_layers=lambda size: size.n_layer,
)
