"""Money of a model over its life: training, reading prompts and writing answers."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule

SECONDS = 3600.0  # of the hour that prices are for


def cost(
    N: FloatArray,
    D: FloatArray,
    D_in: FloatArray,
    D_out: FloatArray,
    p_tr: FloatArray,
    mfu_tr: FloatArray,
    F_tr: FloatArray,
    p_in: FloatArray,
    mfu_in: FloatArray,
    F_in: FloatArray,
    p_out: FloatArray,
    mfu_out: FloatArray,
    F_out: FloatArray,
) -> tuple[FloatArray, ...]:
    trained, read, written = 6.0 * N * D, 2.0 * N * D_in, 2.0 * N * D_out
    train = p_tr / SECONDS * trained / (mfu_tr * F_tr)
    prompt = p_in / SECONDS * read / (mfu_in * F_in)
    answer = p_out / SECONDS * written / (mfu_out * F_out)
    return train + prompt + answer, train, prompt, answer, trained + read + written


def _machine(phase: str, doing: str) -> tuple[Axis, ...]:
    return (
        Axis(f"p_{phase}", f"p_{phase}", "USD/h", f"price of a device {doing}", 0.1, 20.0),
        Axis(f"mfu_{phase}", f"mfu_{phase}", "1", f"share of its peak used {doing}", 0.001, 1.0),
        Axis(f"F_{phase}", f"F_{phase}", "FLOP/s", f"its peak {doing}", 1e13, 1e16),
    )


RULE = Rule(
    name="lifetime_cost",
    entry="L25",
    about="6ND to train, 2N a token read or written, each phase on a device of its own.",
    inputs=(
        Axis("N", "params", "parameters", "model size", 1e7, 1e13),
        Axis("D", "tokens", "tokens", "training tokens", 1e8, 1e14),
        Axis("D_in", "tokens_in", "tokens", "prompt tokens over its life", 1e8, 1e15, True, 0.0),
        Axis("D_out", "tokens_out", "tokens", "tokens written", 1e8, 1e15, True, 0.0),
        *_machine("tr", "in training"),
        *_machine("in", "reading prompts"),
        *_machine("out", "writing answers"),
    ),
    outputs=(
        Axis("cost", "cost_usd", "USD", "the whole life", 1.0, 1e15),
        Axis("cost_tr", "cost_usd", "USD", "training", 1.0, 1e15),
        Axis("cost_in", "cost_usd", "USD", "reading prompts", 0.0, 1e15),
        Axis("cost_out", "cost_usd", "USD", "writing answers", 0.0, 1e15),
        Axis("C_life", "flops", "FLOP", "compute of the whole life", 1e16, 1e30),
    ),
    formula=cost,
    source="sardana2023",
    where="arXiv 2401.00448, read in a digest; prices here are for an hour of a device",
    reported=tuple(
        # The source's example: 30B quality and 5T served tokens, on a device of a FLOP a dollar.
        Reported(
            {"N": N, "D": D, "D_in": 2.5e12, "D_out": 2.5e12}
            | {f"p_{phase}": SECONDS for phase in ("tr", "in", "out")}
            | {f"{name}_{phase}": 1.0 for name in ("mfu", "F") for phase in ("tr", "in", "out")},
            {"cost": life, "C_life": life},
            1e-12,
        )
        for N, D, life in ((30e9, 1.56e12, 5.808e23), (16.4e9, 3.27e12, 4.85768e23))
    ),
    scope=(
        "Writing uses a much smaller share of the peak than reading or training: give it its own.",
        "The size that is cheapest for a quality: isoflop plan with served tokens; the answer "
        "triples with the constants of the law.",
        "No attention: 2N a token holds where the context is short against the width.",
    ),
)
