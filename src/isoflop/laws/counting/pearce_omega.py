"""Weight of the embeddings in a family of models of one aspect ratio."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis
from isoflop.laws.rule import Rule


def omega(V: FloatArray, s: FloatArray, aspect: FloatArray) -> FloatArray:
    # N_ne = 12 n_layer d^2 = 12 d^3/aspect, and embeddings hold (V + s) d.
    return (V + s) * (aspect / 12.0) ** (1.0 / 3.0)


RULE = Rule(
    name="pearce_omega",
    entry="L16",
    about="omega of pearce_total from vocabulary, context and aspect ratio.",
    inputs=(
        Axis("V", "vocab", "1", "vocabulary", 256.0, 3e5),
        Axis("s", "seq_len", "tokens", "context with learned positions", 1.0, 1e5, zero=True),
        Axis("aspect", "aspect", "1", "width over layers", 4.0, 300.0, default=40.0),
    ),
    outputs=(Axis("omega", "omega", "parameters^(2/3)", "weight of embeddings", 1e2, 1e7),),
    formula=omega,
    source="pearce2024",
    where="definition of omega, aspect about 40, arXiv 2406.12907, read in a digest",
    scope=(
        "At vocabulary 50257, context 1024 and aspect 40 it gives 76604, not the fitted 47491.",
        "Leave s at zero for models without learned positions.",
    ),
)
