"""Power scheduler: a learning rate that follows the tokens seen, whatever the horizon."""

from __future__ import annotations

import math

from isoflop.laws.algebra import exp, lesser, log
from isoflop.laws.law import Axis, Law, Parameter, Published
from isoflop.laws.traced import Operand


def rate(n: Operand, B_seq: Operand, ln_a: Operand, b: Operand, ln_max: Operand) -> Operand:
    return exp(lesser(ln_max, ln_a + log(B_seq) + b * log(n)))


LAW = Law(
    name="power_scheduler",
    entry="B16",
    about="min(max, a B n^b) at n tokens; also the best rate of a WSD run over n tokens.",
    target="lr",
    inputs=("n", "B_seq"),
    formula=rate,
    source="powersched2024",
    axes=(
        Axis("n", "tokens", "tokens", "tokens seen, or of the whole run", 1e8, 1e13),
        Axis("B_seq", "batch_sequences", "sequences", "batch in sequences", 16.0, 4096.0),
    ),
    parameters=(
        Parameter("ln_a", "1", -12.0, 12.0, "log rate at one sequence and token, extrapolated"),
        Parameter("b", "1", -1.0, 0.0, "exponent of tokens"),
        Parameter("ln_max", "1", -10.0, 0.0, "log of the highest rate"),
    ),
    published=(
        Published(
            source="powersched2024",
            where="a third-party implementation; not verified against arXiv 2408.13359",
            values={"ln_a": math.log(4.0), "b": -0.51, "ln_max": math.log(0.02)},
            counts="unknown",
            unit="1",
            note="Fitted value of a recalled as 4.6; the batch is recalled to count sequences.",
            example=True,
        ),
    ),
    scope=(
        "Rates are in muP units: meaningless under the standard parametrisation.",
        "Warm-up is linear and the last tenth decays exponentially; neither is part of this law.",
        "The rate grows in proportion to the batch: not meant beyond the critical batch.",
    ),
)
