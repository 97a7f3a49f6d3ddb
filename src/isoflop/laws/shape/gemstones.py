"""Loss in width, depth and tokens."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    d: Operand,
    n_layer: Operand,
    D: Operand,
    E: Operand,
    A_w: Operand,
    alpha_w: Operand,
    A_l: Operand,
    alpha_l: Operand,
    B: Operand,
    beta: Operand,
) -> Operand:
    return E + A_w * power(d, -alpha_w) + A_l * power(n_layer, -alpha_l) + B * power(D, -beta)


LAW = Law(
    name="gemstones",
    entry="L33",
    also=("X54",),
    about="One term each for width, depth and tokens: shapes of equal size differ.",
    target="loss",
    inputs=("d", "n_layer", "D"),
    formula=loss,
    source="gemstones2025",
    axes=(
        Axis("d", "width", "1", "width", 128.0, 8192.0),
        Axis("n_layer", "depth", "1", "layers", 2.0, 100.0),
    ),
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("A_w", "nat/token", 1e-3, 1e12, "price of too little width"),
        Parameter("alpha_w", "1", 0.01, 3.0, "return on width"),
        Parameter("A_l", "nat/token", 1e-3, 1e12, "price of too few layers"),
        Parameter("alpha_l", "1", 0.01, 3.0, "return on layers"),
        Parameter("B", "nat/token", 1e-3, 1e16, "price of too few tokens"),
        Parameter("beta", "1", 0.01, 3.0, "return on tokens"),
    ),
    claims=(
        Claim("decreases", in_="d"),
        Claim("decreases", in_="n_layer"),
        Claim("decreases", in_="D"),
        Claim("tends to", "E"),
    ),
    scope=(
        "No coefficients ship: the source's fit above 100B tokens has E = exp(-155), unidentified.",
        "Its optimum moves with the models that are included and with cooldown: refit under every "
        "choice and show the band.",
        "Charge exact FLOP or measured seconds for a shape, not 6ND; in time wider shapes win.",
    ),
)
