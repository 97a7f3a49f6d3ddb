"""Maximal update parametrisation: the best learning rate stays as the width grows."""

from isoflop.measure.train.parametrisation import Parametrisation, inverse_attention, width_rate

PARAMETRISATION = Parametrisation(
    name="mup",
    source="Yang et al., Tensor Programs V, 2203.03466",
    attention=inverse_attention,
    logits=lambda size: 1.0 / size.width,
    branch=lambda size: 1.0,
    rate=width_rate,
    eps=lambda role, size: 1.0 / size.width,
    init_layers=lambda size: size.n_layer,
)
