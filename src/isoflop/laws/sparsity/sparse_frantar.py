"""Weight-sparse models: loss against non-zero parameters, tokens and final sparsity."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def loss(
    N: Operand,
    D: Operand,
    sparsity: Operand,
    a_S: Operand,
    b_S: Operand,
    c_S: Operand,
    b_N: Operand,
    a_D: Operand,
    b_D: Operand,
    c: Operand,
) -> Operand:
    price = a_S * power(1.0 - sparsity, b_S) + c_S
    return price * power(N, -b_N) + power(a_D / D, b_D) + c


_CHECKED = tuple(
    Reported({"N": 1e8, "D": 2.5e11, "sparsity": s}, {"loss": value}, 5e-5)
    for s, value in ((0.0, 1.6310), (0.5, 1.5584), (0.75, 1.5145))
)

LAW = Law(
    name="sparse_frantar",
    entry="X48",
    about="At equal non-zero parameters, sparser is better, with a limit that tokens move.",
    target="loss",
    inputs=("N", "D", "sparsity"),
    axes=(
        Axis("N", "params", "parameters", "NON-ZERO parameters after training", 1e6, 1e10),
        Axis("sparsity", "sparsity", "1", "share of weights that end at zero", 0.0, 0.95, True),
    ),
    formula=loss,
    source="frantar2023",
    parameters=(
        Parameter("a_S", "nat/token", 1e-3, 1e6, "price of density"),
        Parameter("b_S", "1", 0.01, 3.0, "how that price changes with density"),
        Parameter("c_S", "nat/token", 1e-3, 1e6, "price of too few parameters at any density"),
        Parameter("b_N", "1", 0.01, 2.0, "return on non-zero parameters"),
        Parameter("a_D", "tokens", 1e3, 1e13, "tokens at which their term is one"),
        Parameter("b_D", "1", 0.01, 2.0, "return on tokens"),
        Parameter("c", "nat/token", 0.0, 10.0, "loss that no scale removes"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="D")),
    published=(
        Published(
            source="frantar2023",
            key="frantar2023-t5",
            where="T5 on C4, arXiv 2309.08520; a_S and c recalled, the rest from a second hand",
            values={
                "a_S": 16.8,
                "b_S": 0.722,
                "c_S": 45.0,
                "b_N": 0.245,
                "a_D": 6.90e8,
                "b_D": 0.203,
                "c": 0.651,
            },
            counts="unknown",
            reported=_CHECKED,
            example=True,
            note="a_S and c could not be checked.",
        ),
    ),
    scope=(
        "N counts non-zero weights: a dense model of N/(1 - sparsity) must be trainable first.",
        "Compare with sparse_average on the same runs: they explain the gain differently.",
        "Constants for images are recalled only and not given.",
    ),
)
