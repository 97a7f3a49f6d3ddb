"""Supervised loss behind the distillation law: an additive power law raised to a power."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import power
from isoflop.laws.closed_forms import additive_optimum
from isoflop.laws.law import Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def loss(
    N: Operand,
    D: Operand,
    E: Operand,
    A: Operand,
    alpha: Operand,
    B: Operand,
    beta: Operand,
    gamma: Operand,
) -> Operand:
    return E + power(A * power(N, -alpha) + B * power(D, -beta), gamma)


def optimum(values: Mapping[str, FloatArray], C: FloatArray, k: float) -> dict[str, FloatArray]:
    return additive_optimum(
        values["A"], values["alpha"], values["B"], values["beta"], C, k
    )  # fmt: skip


LAW = Law(
    name="distillation_supervised",
    entry="X85",
    about="Loss without a teacher, the yardstick of the distillation law.",
    target="loss",
    inputs=("N", "D"),
    formula=loss,
    optimum=optimum,
    source="busbridge2025",
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("A", "1", 1e-3, 1e12, "price of too few parameters"),
        Parameter("alpha", "1", 0.01, 2.0, "return on parameters, before gamma"),
        Parameter("B", "1", 1e-3, 1e12, "price of too few tokens"),
        Parameter("beta", "1", 0.01, 2.0, "return on tokens, before gamma"),
        Parameter("gamma", "1", 0.05, 2.0, "power of the sum"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="D"), Claim("tends to", "E")),
    published=(
        Published(
            source="busbridge2025",
            where="supervised law, 73 runs, C4 validation, arXiv 2502.08606",
            values={
                "E": 1.220,
                "A": 3355.0,
                "alpha": 0.408,
                "B": 18186.0,
                "beta": 0.431,
                "gamma": 0.452,
            },
            counts="unknown",
            note="90% intervals: E 1.190-1.247, A 3346-3360, alpha .405-.411, B 18157-18236, "
            "beta .428-.433, gamma .442-.461; 4096 resamples.",
            reported=(
                Reported({"N": 1e9, "D": 2e10}, {"loss": 2.3747}, 3e-5),
                Reported({"N": 546e6, "D": 128e9}, {"loss": 2.3103}, 3e-5),
            ),
        ),
    ),
    scope=("Fit it first, on runs without a teacher, and freeze it in distillation_student.",),
)
