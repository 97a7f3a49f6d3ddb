"""Chinchilla's two terms coupled by an outer exponent."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import power
from isoflop.laws.closed_forms import additive_optimum
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    N: Operand,
    D: Operand,
    E: Operand,
    A: Operand,
    alpha: Operand,
    B: Operand,
    beta: Operand,
    k: Operand,
) -> Operand:
    return E + power(A * power(N, -alpha) + B * power(D, -beta), k)


def optimum(values: Mapping[str, FloatArray], C: FloatArray, k: float) -> dict[str, FloatArray]:
    # The outer power is increasing, so the inner sum decides.
    return additive_optimum(values["A"], values["alpha"], values["B"], values["beta"], C, k)


LAW = Law(
    name="skaling",
    entry="L20",
    about="Chinchilla's terms inside a power k; k = 1 is the additive law.",
    target="loss",
    inputs=("N", "D"),
    formula=loss,
    optimum=optimum,
    source="skaling2026",
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("A", "1", 1e-3, 1e20, "price of too few parameters, inside the power"),
        Parameter("alpha", "1", 0.01, 5.0, "return on parameters, inside the power"),
        Parameter("B", "1", 1e-3, 1e20, "price of too few tokens, inside the power"),
        Parameter("beta", "1", 0.01, 5.0, "return on tokens, inside the power"),
        Parameter("k", "1", 0.1, 1.5, "coupling; below 1 scarcity of one dulls the other"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="D"), Claim("tends to", "E")),
    scope=(
        "k, alpha and beta are not told apart by IsoFLOP slices alone: needs runs in the corners.",
        "A preprint without replication; k is reported as 0.31-0.45, no other number is known.",
        "Runs in an L (many N at small D, many D at small N) do for it at a fifth to a tenth of a "
        "grid's compute; chinchilla degrades under such a design.",
        "One epoch, learning rate decayed to the end of each run.",
    ),
)
