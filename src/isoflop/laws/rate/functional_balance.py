"""Best constant learning rate of SGD at a token budget: learning balanced against noise."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis
from isoflop.laws.rule import Rule


def balanced(
    D: FloatArray, B: FloatArray, T: FloatArray, V: FloatArray, s: FloatArray
) -> FloatArray:
    return (s * T * B ** (1.0 + s) / (V * D**s)) ** (1.0 / (1.0 + s))


RULE = Rule(
    name="functional_balance",
    entry="B24",
    about="Minimum of T*(lr*D/B)^-s + V*lr/B: proportional to the batch, falling with tokens.",
    inputs=(
        Axis("D", "tokens", "tokens", "token budget, B times steps", 1e3, 1e9),
        Axis("B", "batch_tokens", "tokens", "batch size", 1.0, 1e5),
        Axis("T", "T", "nat/token", "price of too little intrinsic time", 1e-3, 1e3),
        Axis("V", "V", "nat/token", "noise of labels", 1e-3, 1e3),
        Axis("s", "s", "1", "source exponent", 0.05, 3.0),
    ),
    outputs=(Axis("lr", "lr", "1", "best constant rate", 1e-9, 1e9),),
    formula=balanced,
    source="fsl2025",
    where="arXiv 2602.06797, one digest; the balance is solved here in closed form",
    scope=(
        "Leaves out the noise of what is not learnt yet: for long runs, where it has faded.",
        "SGD with a rate below its stability limit; check the answer against that limit.",
    ),
)
