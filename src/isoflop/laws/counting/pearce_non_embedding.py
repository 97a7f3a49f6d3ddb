"""Parameters without embeddings from parameters with them, over a typical family of models."""

from __future__ import annotations

from isoflop.laws.embedding_share import OMEGA, without_embeddings
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule

RULE = Rule(
    name="pearce_non_embedding",
    entry="L16",
    about="The inverse of pearce_total.",
    inputs=(
        Axis("N", "params", "parameters", "with embeddings", 1e5, 1e13),
        Axis("omega", "omega", "parameters^(2/3)", "weight of embeddings", 1e3, 1e6, default=OMEGA),
    ),
    outputs=(Axis("N_ne", "params_non_embedding", "parameters", "without embeddings", 1e-3, 1e13),),
    formula=without_embeddings,
    source="pearce2024",
    where="root of N_T(N_ne) with omega = 47491, arXiv 2406.12907, read in a digest",
    reported=(Reported({"N": 1.22043e8}, {"N_ne": 1e8}, 5e-6),),
    scope=("A family's average, not a count: where the shape is known, count it (Runs.recount).",),
)
