"""Multiple-choice score of a model from its shape and tokens, over many model families."""

from __future__ import annotations

from isoflop.laws.algebra import lesser, log
from isoflop.laws.law import Axis, Law, Parameter
from isoflop.laws.traced import Operand

TRILLION, BILLION = 1e12, 1e9  # tokens count in trillions, parameters in billions


def score(
    n_layer: Operand,
    d: Operand,
    d_ff: Operand,
    D: Operand,
    N: Operand,
    w1: Operand,
    w2: Operand,
    w3: Operand,
    w4: Operand,
    b: Operand,
    gam: Operand,
) -> Operand:
    strain = (10.0 * d_ff + 20.0 * d) * (gam * n_layer)
    log_u = -strain * strain
    data = lesser(D / TRILLION, N / BILLION)
    return (
        w1 * (log_u + log(n_layer))
        + w2 * (log_u + log(d))
        + w3 * (log_u + log(d_ff))
        + w4 * (log_u + log(data))
        + b
    )


LAW = Law(
    name="performance_law",
    entry="L36",
    also=("X81",),
    about="Regression of MMLU on logs of layers, widths and tokens; experimental.",
    target="score/mmlu",
    inputs=("n_layer", "d", "d_ff", "D", "N"),
    formula=score,
    source="perflaw2024",
    scale="level",
    axes=(
        Axis("n_layer", "depth", "1", "layers", 8.0, 120.0),
        Axis("d", "width", "1", "width", 512.0, 16384.0),
        Axis("d_ff", "d_ff", "1", "feed-forward width", 1024.0, 53248.0),
    ),
    parameters=(
        Parameter("w1", "unit of target", -100.0, 100.0, "worth of depth"),
        Parameter("w2", "unit of target", -100.0, 100.0, "worth of width"),
        Parameter("w3", "unit of target", -100.0, 100.0, "worth of feed-forward width"),
        Parameter("w4", "unit of target", -100.0, 100.0, "worth of tokens, at most 1000 each"),
        Parameter("b", "unit of target", -1000.0, 1000.0, "level"),
        Parameter("gam", "1", 1e-12, 1e-6, "instability of deep models, by infrastructure"),
    ),
    scope=(
        "Experimental: weights are unpublished, none ship; judge it by leaving out whole families "
        "(validate.leave_out).",
        "The regression itself: the source cuts forecasts off at the ceiling of the benchmark.",
        "Sizes are collinear: read forecasts, not weights. Contamination and tokenizers confound.",
        "For experts count activated parameters.",
        "Tokens beyond 1000 per parameter count nothing, an ad hoc rule of the source.",
    ),
)
