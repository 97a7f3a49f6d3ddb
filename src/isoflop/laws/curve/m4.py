"""Estimator M4: a power law between the error of a guess and a floor."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import exp, log, plain, power, root, softplus
from isoflop.laws.guesses import falling_line
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand

LN_2 = 0.6931471805599453
MARGIN = 1e-6  # keeps the root inside where rounding would put it on an end
HALVINGS = 24  # of a bracket at most 70 wide: what is left is far inside Newton's reach


def error(
    x: Operand, e_inf: Operand, e_0: Operand, b: Operand, c: Operand, alpha: Operand
) -> Operand:
    """Error (n_sets, n_runs): e solves (e - e_inf) / (e_0 - e)^alpha = b*x^-c.

    The root is sought in u, the log odds of e between floor and guess, where it has no poles.
    """
    width = e_0 - e_inf
    goal = log(b) - c * log(x) - (1.0 - alpha) * log(width)

    def residual(u: Operand) -> Operand:
        return u - (1.0 - alpha) * softplus(u) - goal

    def slope(u: Operand) -> Operand:
        return 1.0 - (1.0 - alpha) * _logistic(u)

    # softplus(u) lies between max(u, 0) and that plus ln 2: the root between two straight lines.
    ends = [_on_lines(plain(goal), plain(alpha)), _on_lines(_raised(goal, alpha), plain(alpha))]
    low, high = np.minimum(*ends) - MARGIN, np.maximum(*ends) + MARGIN
    return e_inf + width * _logistic(root(residual, slope, low, high, HALVINGS))


def _raised(goal: Operand, alpha: Operand) -> Operand:
    return plain(goal) + (1.0 - plain(alpha)) * LN_2


def _on_lines(goal: Operand, alpha: Operand) -> Operand:
    """The root in u of ``u - (1 - alpha)*max(u, 0) - goal``."""
    return np.where(goal < 0.0, goal, goal / alpha)


def equation(
    e: Operand, x: Operand, e_inf: Operand, e_0: Operand, b: Operand, c: Operand, alpha: Operand
) -> tuple[Operand, Operand]:
    return (e - e_inf) / power(e_0 - e, alpha), b * power(x, -c)


def guess(inputs: Mapping[str, FloatArray], target: FloatArray) -> dict[str, float]:
    floor, scale, exponent = falling_line(inputs["x"], target)
    chance = 2.0 * float(target.max())
    return {"e_inf": floor, "e_0": chance, "b": scale, "c": exponent, "alpha": 0.5}


def _logistic(u: Operand) -> Operand:
    return exp(u - softplus(u))


LAW = Law(
    name="m4",
    entry="L29",
    about="Power law that starts at the error of a guess; the paper's choice. alpha = 0 is m2.",
    target="loss",
    inputs=("x",),
    formula=error,
    equation=equation,
    guess=guess,
    source="alabdulmohsin2022",
    parameters=(
        Parameter("e_inf", "unit of target", 0.0, 10.0, "error that this axis cannot remove"),
        Parameter("e_0", "unit of target", 1e-3, 100.0, "error of a random guess"),
        Parameter("b", "1", 1e-9, 1e30, "scale of the learning curve"),
        Parameter("c", "1", 0.01, 2.0, "return on this axis"),
        Parameter("alpha", "1", 0.01, 5.0, "how slowly the curve leaves the guess"),
    ),
    claims=(Claim("decreases", in_="x"), Claim("tends to", "e_inf")),
    scope=(
        "e_0 must lie above every error: fix it to the chance level where that is known.",
        "alpha = 0 exactly has no solution above e_0: use m2.",
        "Judge it against m1, m2 and m3 by extrapolation, never by fit alone.",
    ),
)
