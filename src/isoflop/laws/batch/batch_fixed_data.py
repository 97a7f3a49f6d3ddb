"""Best batch by training tokens and model size."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def best(N: Operand, D: Operand, k: Operand, m: Operand, p: Operand) -> Operand:
    return k * power(N, m) * power(D, p)


LAW = Law(
    name="batch_fixed_data",
    entry="B09",
    about="Batch of least loss where the tokens are held; m = 0 leaves the size out.",
    target="batch_tokens",
    inputs=("N", "D"),
    axes=(
        Axis("N", "params", "parameters", "model size", 1e7, 1e11),
        Axis("D", "tokens", "tokens", "training tokens", 1e9, 1e13),
    ),
    formula=best,
    source="shuai2024",
    parameters=(
        Parameter("k", "tokens", 1e-12, 1e9, "batch at one parameter and one token"),
        Parameter("m", "1", 0.0, 1.0, "growth with size"),
        Parameter("p", "1", 0.0, 1.0, "growth with tokens"),
    ),
    claims=(Claim("increases", in_="N"), Claim("increases", in_="D")),
    scope=(
        "Compare with batch_fixed_compute by extrapolation before either is used.",
        "The batch of a row must be a minimum over batches (isoflop.fit.batch_optimum), its rate "
        "tuned again at every batch.",
        "No coefficients were verified: fit your own.",
    ),
)
