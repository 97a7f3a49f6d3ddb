"""Parameters with embeddings from parameters without, over a typical family of models."""

from __future__ import annotations

from isoflop.laws.embedding_share import OMEGA, with_embeddings
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule

RULE = Rule(
    name="pearce_total",
    entry="L16",
    about="N_T = N_ne + omega * N_ne^(1/3): embeddings grow with width, blocks with its cube.",
    inputs=(
        Axis("N_ne", "params_non_embedding", "parameters", "without embeddings", 1e3, 1e12),
        Axis("omega", "omega", "parameters^(2/3)", "weight of embeddings", 1e3, 1e6, default=OMEGA),
    ),
    outputs=(Axis("N", "params", "parameters", "with embeddings", 1e5, 1e13),),
    formula=with_embeddings,
    source="pearce2024",
    where="fitted omega = 47491, arXiv 2406.12907, read in a digest",
    reported=(Reported({"N_ne": 1e8}, {"N": 1.22043e8}, 5e-6),),
    scope=(
        "A family's average, not a count: where the shape is known, count it (Runs.recount).",
        "From a shape: omega = (V + s) * (aspect/12)^(1/3), aspect = d/n_layer (pearce_omega).",
    ),
)
