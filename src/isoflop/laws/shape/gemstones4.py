"""Loss in width, depth, parameters and tokens."""

from __future__ import annotations

from math import exp

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand


def loss(
    d: Operand,
    n_layer: Operand,
    N: Operand,
    D: Operand,
    E: Operand,
    A_w: Operand,
    alpha_w: Operand,
    A_l: Operand,
    alpha_l: Operand,
    A_N: Operand,
    alpha_N: Operand,
    B: Operand,
    beta: Operand,
) -> Operand:
    shape = A_w * power(d, -alpha_w) + A_l * power(n_layer, -alpha_l)
    return E + shape + A_N * power(N, -alpha_N) + B * power(D, -beta)


LAW = Law(
    name="gemstones4",
    entry="L33",
    also=("X54",),
    about="The terms of gemstones and one for parameters: for prediction inside the hull only.",
    target="loss",
    inputs=("d", "n_layer", "N", "D"),
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
        Parameter("A_N", "nat/token", 1e-3, 1e12, "price of too few parameters"),
        Parameter("alpha_N", "1", 0.01, 3.0, "return on parameters"),
        Parameter("B", "nat/token", 1e-3, 1e16, "price of too few tokens"),
        Parameter("beta", "1", 0.01, 3.0, "return on tokens"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="D"), Claim("tends to", "E")),
    published=(
        Published(
            source="gemstones2025",
            key="cooled",
            where="cooled-down checkpoints, delta 1e-4, released fit, arXiv 2502.06857",
            values={
                "E": exp(0.41952),
                "A_w": exp(1.63757),
                "alpha_w": 0.30147,
                "A_l": exp(-0.02549),
                "alpha_l": 0.36555,
                "A_N": exp(7.86534),
                "alpha_N": 0.50550,
                "B": exp(9.98382),
                "beta": 0.46702,
            },
            counts="unknown",
            note="The source stores logs: ln E 0.41952, ln A_w 1.63757, ln A_l -0.02549, "
            "ln A_N 7.86534, ln B 9.98382.",
        ),
    ),
    scope=(
        "N is about width^2 times depth, so the terms are collinear: no extrapolation, no reading "
        "of single exponents.",
    ),
)
