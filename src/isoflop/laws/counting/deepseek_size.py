"""Parameters behind DeepSeek's model scale, and back, for a given shape."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def size(
    flops_per_token: FloatArray, n_layer: FloatArray, d: FloatArray, s: FloatArray
) -> FloatArray:
    return (flops_per_token - 12.0 * n_layer * d * s) / 6.0


def refuse(given: Mapping[str, FloatArray]) -> str | None:
    if (size(**given) <= 0.0).any():
        return "has no size: attention alone costs more than flops_per_token"
    return None


RULE = Rule(
    name="deepseek_size",
    entry="F6",
    also=("L21",),
    about="Non-embedding parameters of a shape that spends M FLOP a token.",
    inputs=(
        Axis("flops_per_token", "flops_per_token", "FLOP/token", "M, training", 1e8, 1e13),
        Axis("n_layer", "depth", "1", "layers", 2.0, 100.0),
        Axis("d", "width", "1", "width", 64.0, 8192.0),
        Axis("s", "seq_len", "tokens", "context", 256.0, 8192.0),
    ),
    outputs=(
        Axis("N_ne", "params_non_embedding", "parameters", "size without embeddings", 1.0, 1e13),
    ),
    formula=size,
    refuse=refuse,
    source="deepseek2024",
    where="definition of M = 6 N_ne + 12 n_layer d s, arXiv 2401.02954",
    reported=(
        # The two golden shapes of entry F8.
        Reported(
            {"flops_per_token": 622854144.0, "n_layer": 12.0, "d": 768.0, "s": 1024.0},
            {"N_ne": 84934656.0},
            1e-12,
        ),
        Reported(
            {"flops_per_token": 2415919104.0, "n_layer": 24.0, "d": 1024.0, "s": 2048.0},
            {"N_ne": 301989888.0},
            1e-12,
        ),
    ),
    scope=("Attention without causal discount and no head; divide M by 3 for inference.",),
)
