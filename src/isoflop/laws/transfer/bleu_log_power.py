"""Translation score after fine-tuning, as a power of the logarithm of pre-training data."""

from __future__ import annotations

from isoflop.laws.algebra import log, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def score(D_p: Operand, A: Operand, alpha: Operand, beta: Operand) -> Operand:
    return power(log(A) + alpha * log(D_p), beta)


LAW = Law(
    name="bleu_log_power",
    entry="X71",
    about="BLEU after fine-tuning against pre-training tokens, for aligned data.",
    target="score/bleu",
    inputs=("D_p",),
    formula=score,
    source="isik2024",
    axes=(Axis("D_p", "tokens", "tokens", "pre-training tokens", 1e7, 1e12),),
    parameters=(
        Parameter("A", "tokens^-alpha", 1e-6, 1e6, "scale; A*D_p^alpha must exceed one"),
        Parameter("alpha", "1", 0.01, 3.0, "growth inside the logarithm"),
        Parameter("beta", "1", 0.05, 5.0, "power of the logarithm"),
    ),
    claims=(Claim("increases", in_="D_p"),),
    scope=(
        "Only where A*D_p^alpha > 1; the fine-tuning data is held fixed.",
        "A score that is not monotone while the loss falls means misaligned data: no such law.",
        "The form is recalled, only a logarithmic law for BLEU is confirmed; no numbers ship.",
    ),
)
