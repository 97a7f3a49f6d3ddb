"""Fine-grained experts: loss against total parameters, tokens and how finely experts are cut."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def loss(
    N: Operand,
    D: Operand,
    G: Operand,
    c: Operand,
    g: Operand,
    gamma: Operand,
    a: Operand,
    alpha: Operand,
    b: Operand,
    beta: Operand,
) -> Operand:
    return c + (g * power(G, -gamma) + a) * power(N, -alpha) + b * power(D, -beta)


_CHECKED = tuple(
    Reported({"N": 1e9, "D": 2e10, "G": G}, {"loss": value}, 2e-5)
    for G, value in ((1.0, 3.2761), (4.0, 3.1691), (8.0, 3.1404), (16.0, 3.1212))
)

LAW = Law(
    name="moe_granular",
    entry="X41",
    about="Experts cut G times finer lower the price of few parameters.",
    target="loss",
    inputs=("N", "D", "G"),
    axes=(Axis("G", "granularity", "1", "feed-forward width over width of an expert", 1.0, 64.0),),
    formula=loss,
    source="granular2024",
    parameters=(
        Parameter("c", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("g", "nat/token", 0.0, 1e3, "price of coarse experts"),
        Parameter("gamma", "1", 0.01, 3.0, "return on granularity"),
        Parameter("a", "nat/token", 1e-3, 1e8, "price of too few parameters"),
        Parameter("alpha", "1", 0.01, 2.0, "return on parameters"),
        Parameter("b", "nat/token", 1e-3, 1e8, "price of too few tokens"),
        Parameter("beta", "1", 0.01, 2.0, "return on tokens"),
    ),
    claims=(
        Claim("decreases", in_="N"),
        Claim("decreases", in_="D"),
        Claim("decreases", in_="G"),
        Claim("tends to", "c"),
    ),
    published=(
        Published(
            source="granular2024",
            where="fitted law, expansion 64, arXiv 2402.07871, read in a digest",
            values={
                "c": 0.47,
                "g": 2.1,
                "gamma": 0.58,
                "a": 18.1,
                "alpha": 0.115,
                "b": 30.8,
                "beta": 0.147,
            },
            counts="non_embedding",
            reported=_CHECKED,
            note="That N counts all experts without embeddings is recalled, not checked. "
            "Dense models of the same study: a 16.3, alpha 0.126, b 26.7, beta 0.127, c 0.47.",
        ),
    ),
    scope=(
        "Expansion 64 only; what N counts differs from moe_clark and moe_joint.",
        "Finer experts never cost loss here: only the router's compute makes G finite.",
        "Savings over dense models beyond 1e20 FLOP (20-fold and more) are extrapolations.",
        "The source fits with Huber delta 0.1 and a weight decay of 5e-4 on the coefficients.",
    ),
)
