"""Allocation exponent a study sees when it leaves embeddings out of size and compute."""

from __future__ import annotations

from isoflop.laws.embedding_share import OMEGA, local_exponent
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule

RULE = Rule(
    name="pearce_exponent",
    entry="L16",
    about="Slope of ln N_ne* in ln C_ne at a size, when the loss is additive in total size.",
    inputs=(
        Axis("N_ne", "params_non_embedding", "parameters", "optimal size there", 1e2, 1e13),
        Axis("alpha", "alpha", "1", "return on total parameters", 0.05, 1.0),
        Axis("beta", "beta", "1", "return on tokens", 0.05, 1.0),
        Axis("omega", "omega", "parameters^(2/3)", "weight of embeddings", 1e3, 1e6, default=OMEGA),
    ),
    outputs=(Axis("a", "a", "1", "local exponent of N_ne* in C_ne", 0.0, 1.0),),
    formula=local_exponent,
    source="pearce2024",
    where="derived from N_T = N_ne + omega*N_ne^(1/3), arXiv 2406.12907, read in a digest",
    reported=(
        # The limits: beta/(alpha/3 + beta) far below omega^1.5, beta/(alpha + beta) far above.
        Reported({"N_ne": 1e-9, "alpha": 0.3, "beta": 0.4}, {"a": 0.8}, 1e-6),
        Reported({"N_ne": 1e30, "alpha": 0.3, "beta": 0.4}, {"a": 0.4 / 0.7}, 1e-6),
    ),
    scope=(
        "Between the limits the exponent is a slope at one size, not a power law.",
        "Advice of the source: total parameters, total compute, and always a floor E.",
    ),
)
