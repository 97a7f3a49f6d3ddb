"""Additive power law in parameters and tokens.

Loss falls towards a floor E; one term is paid for too few parameters, one for too few tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import power
from isoflop.laws.closed_forms import additive_optimum
from isoflop.laws.law import Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def loss(
    N: Operand, D: Operand, E: Operand, A: Operand, alpha: Operand, B: Operand, beta: Operand
) -> Operand:
    return E + A * power(N, -alpha) + B * power(D, -beta)


def optimum(values: Mapping[str, FloatArray], C: FloatArray, k: float) -> dict[str, FloatArray]:
    return additive_optimum(values["A"], values["alpha"], values["B"], values["beta"], C, k)


LAW = Law(
    name="chinchilla",
    entry="L13",
    about="Additive power law in parameters and tokens; the field's default.",
    target="loss",
    inputs=("N", "D"),
    formula=loss,
    optimum=optimum,
    source="hoffmann2022",
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("A", "nat/token", 1e-3, 1e12, "price of too few parameters"),
        Parameter("alpha", "1", 0.01, 2.0, "return on parameters"),
        Parameter("B", "nat/token", 1e-3, 1e12, "price of too few tokens"),
        Parameter("beta", "1", 0.01, 2.0, "return on tokens"),
    ),
    claims=(
        Claim("decreases", in_="N"),
        Claim("decreases", in_="D"),
        Claim("tends to", "E"),
    ),
    published=(
        Published(
            source="besiroglu2024",
            where="refit of approach 3 on 240 digitised runs, arXiv 2404.10102",
            values={"E": 1.8172, "A": 482.01, "alpha": 0.3478, "B": 2085.43, "beta": 0.3658},
            errors={"E": 0.03, "A": 124.58, "alpha": 0.02, "B": 1293.23, "beta": 0.02},
            counts="total",
            valid={"N": (5.7e7, 1.6e10), "D": (2.5e8, 3.2e11), "C": (1.4e18, 1.3e22)},
            reported=(
                Reported(
                    {"C": 5.76e23}, {"N": 7.22487e10, "D": 1.32874e12, "loss": 1.974441}, 1e-5
                ),
                Reported({"N": 70e9, "D": 1.4e12}, {"loss": 1.973882}, 1e-6),
            ),
        ),
        Published(
            source="hoffmann2022",
            key="hoffmann2022-tex",
            where="TeX source of approach 3 (unrounded), arXiv 2203.15556",
            values={
                "E": exp(0.5267228),
                "A": exp(6.0073404),
                "alpha": 0.33917084,
                "B": exp(6.0179186),
                "beta": 0.2849083,
            },
            counts="total",
            valid={"N": (7e7, 1.6e10), "D": (5e9, 5e11)},
            reported=(
                Reported({"C": 1e21}, {"N": 2.21695e9, "D": 7.51782e10, "loss": 2.295491}, 1e-4),
            ),
            note="Printed intervals, a 0.454 to 0.455 and b 0.542 to 0.543, are about 50 times too "
            "narrow for the runs behind them (besiroglu2024).",
        ),
        Published(
            source="hoffmann2022",
            where="approach 3 as printed (rounded), arXiv 2203.15556",
            values={"E": 1.69, "A": 406.4, "alpha": 0.34, "B": 410.7, "beta": 0.28},
            counts="total",
            valid={"N": (7e7, 1.6e10), "D": (5e9, 5e11)},
            reported=(
                Reported({"C": 1e21}, {"N": 1.82422e9, "D": 9.13634e10, "loss": 2.328883}, 1e-5),
                Reported({"C": 5.76e23}, {"N": 3.21899e10}, 1e-5),
                Reported({"N": 70e9, "D": 1.4e12}, {"loss": 1.936645}, 1e-6),
            ),
            note="Rounding alone moves the optimal size by a fifth: take hoffmann2022-tex.",
        ),
    ),
    scope=(
        "One epoch, learning rate decayed to the end of each run, N and D both varied.",
        "Not for runs that repeat data many times (see repetition laws).",
        "Outliers and the loss function decide it: the same digitised runs give 18, 10, 7 or 1 "
        "tokens a parameter at 5.76e23 FLOP. State both.",
        "One power law over many decades is an approximation: thirds of the frontier differ.",
    ),
)
