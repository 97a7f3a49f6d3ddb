"""Loss of continued pre-training on any domain, from how learnable it looks at the start."""

from __future__ import annotations

from isoflop.laws.algebra import greater, named, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand

NO_SHARE = 1e-12  # stands in for a share of zero, whose log is needed; r^eta is zero there


def loss(
    N: Operand,
    D: Operand,
    r: Operand,
    k_1: Operand,
    k_2: Operand,
    E: Operand,
    A: Operand,
    alpha: Operand,
    B: Operand,
    beta: Operand,
    eta: Operand,
    C: Operand,
    gamma: Operand,
    eps: Operand,
    w_1: Operand,
    w_2: Operand,
    mu: Operand,
) -> Operand:
    learnable = named("K", w_1 * k_1 + w_2 * k_2)
    scale = A * power(N, -alpha) + B * power(greater(r, NO_SHARE), eta) * power(D, -beta)
    return E + scale + C * power(r + eps, -gamma) + power(learnable, -mu)


LAW = Law(
    name="dcpt_cross",
    entry="X14",
    about="D-CPT over domains: a domain enters by two features of a short run on it.",
    target="loss",
    inputs=("N", "D", "r", "k_1", "k_2"),
    formula=loss,
    source="dcpt2024",
    axes=(
        Axis("r", "share_matching", "1", "share that matches the validation set", 0.0, 1.0, True),
        Axis("k_1", "learnability_1", "as given", "first feature, from a short run", 0.1, 10.0),
        Axis("k_2", "learnability_2", "as given", "second feature, from a short run", 0.1, 10.0),
    ),
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("A", "nat/token", 1e-3, 1e8, "price of too few parameters"),
        Parameter("alpha", "1", 0.01, 2.0, "return on parameters"),
        Parameter("B", "nat/token", 1e-3, 1e8, "price of too few tokens, all of them matching"),
        Parameter("beta", "1", 0.01, 2.0, "return on tokens"),
        Parameter("eta", "1", 0.0, 5.0, "how the price of too few tokens grows with the share"),
        Parameter("C", "nat/token", 1e-6, 1e2, "price of a small share"),
        Parameter("gamma", "1", 0.01, 5.0, "return on the share"),
        Parameter("eps", "1", 1e-3, 1.0, "share that forgetting counts as if always there"),
        Parameter("w_1", "1/feature", 1e-6, 1e6, "weight of the first feature"),
        Parameter("w_2", "1/feature", 1e-6, 1e6, "weight of the second feature"),
        Parameter("mu", "1", 0.01, 5.0, "return on learnability"),
    ),
    claims=(
        Claim("decreases", in_="N"),
        Claim("decreases", in_="D"),
        Claim("decreases", in_="k_1"),
        Claim("decreases", in_="k_2"),
    ),
    scope=(
        "Fit on several source domains; a new one needs only its features, about 1% of the cost.",
        "Which features is recalled only (the inverse of the loss at the start, and its early "
        "slope): give two positive ones that are larger where learning is easier.",
        "F of F/K^mu is left out: it only rescales both weights.",
        "Twelve parameters: several domains, sizes, lengths and shares, and hold eps.",
    ),
)
