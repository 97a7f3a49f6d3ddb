"""Models pruned while they train: loss against the mean number of parameters over training."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    N_mean: Operand, D: Operand, E: Operand, A: Operand, alpha: Operand, B: Operand, beta: Operand
) -> Operand:
    return E + A * power(N_mean, -alpha) + B * power(D, -beta)


LAW = Law(
    name="sparse_average",
    entry="X46",
    about="Chinchilla in the mean parameter count over training: dense and pruned runs together.",
    target="loss",
    inputs=("N_mean", "D"),
    axes=(
        Axis(
            "N_mean",
            "params_mean",
            "parameters",
            "non-zero parameters, averaged over the tokens of the run",
            1e7,
            1e11,
        ),
    ),
    formula=loss,
    source="journey2025",
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("A", "nat/token", 1e-3, 1e12, "price of too few parameters"),
        Parameter("alpha", "1", 0.01, 2.0, "return on parameters"),
        Parameter("B", "nat/token", 1e-3, 1e12, "price of too few tokens"),
        Parameter("beta", "1", 0.01, 2.0, "return on tokens"),
    ),
    claims=(
        Claim("decreases", in_="N_mean"),
        Claim("decreases", in_="D"),
        Claim("tends to", "E"),
    ),
    scope=(
        "Fit dense and sparse runs together; training compute is 6*N_mean*D.",
        "A speed-up in wall time needs hardware that is faster on sparse weights.",
        "No coefficients are published in a form that could be checked: none ship.",
    ),
)
