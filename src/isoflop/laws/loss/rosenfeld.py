"""Error in model size and data with the plateau of a random guess at the small end."""

from __future__ import annotations

from isoflop.laws.algebra import named, power
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    N: Operand,
    D: Operand,
    a: Operand,
    alpha: Operand,
    b: Operand,
    beta: Operand,
    c_inf: Operand,
    eta: Operand,
    e0: Operand,
) -> Operand:
    # e0 * |e / (e - i*eta)|, written without complex numbers.
    open_end = named("e", a * power(D, -alpha) + b * power(N, -beta) + c_inf)
    ratio = eta / open_end
    return e0 * power(1.0 + ratio * ratio, -0.5)


LAW = Law(
    name="rosenfeld",
    entry="L02",
    about="Additive power law bent into the error of a random guess where size and data are tiny.",
    target="loss",
    inputs=("N", "D"),
    formula=loss,
    source="rosenfeld2019",
    parameters=(
        Parameter("a", "unit of target", 1e-3, 1e12, "price of too few data"),
        Parameter("alpha", "1", 0.01, 2.0, "return on data"),
        Parameter("b", "unit of target", 1e-3, 1e12, "price of too few parameters"),
        Parameter("beta", "1", 0.01, 2.0, "return on parameters"),
        Parameter("c_inf", "unit of target", 1e-9, 10.0, "error that no scale removes"),
        Parameter("eta", "unit of target", 1e-4, 1e4, "where the plateau begins"),
        Parameter("e0", "unit of target", 1e-2, 20.0, "error of a random guess"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="D")),
    scope=(
        "Hold e0 at the error of a random guess in the unit of the target: ln of the vocabulary "
        "or the unigram entropy for a loss, 1 - 1/classes for an error rate.",
        "Hold eta too (eta = e0 makes the inner sum the error itself): only the ratios of a, b and "
        "c_inf to eta move the prediction.",
        "Fit the relative error (squared_log); exponents per data set are not verified, none ship.",
        "Without runs near the plateau it is the law chinchilla.",
    ),
)
