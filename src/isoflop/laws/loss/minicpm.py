"""Additive power law with sizes and tokens counted in billions."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import power
from isoflop.laws.closed_forms import additive_optimum
from isoflop.laws.law import Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand

BILLION = 1e9  # the unit of N and D behind the printed prices; no other gives the printed ratio


def loss(
    N: Operand, D: Operand, C_N: Operand, alpha: Operand, C_D: Operand, beta: Operand, L0: Operand
) -> Operand:
    return C_N * power(N / BILLION, -alpha) + C_D * power(D / BILLION, -beta) + L0


def optimum(values: Mapping[str, FloatArray], C: FloatArray, k: float) -> dict[str, FloatArray]:
    prices = values["C_N"], values["alpha"], values["C_D"], values["beta"]
    found = additive_optimum(*prices, C / BILLION**2, k)
    return {symbol: BILLION * value for symbol, value in found.items()}


# Domain, C_N, alpha, C_D, beta, L0, tokens per parameter at 1e21 FLOP where printed.
TABLE: tuple[tuple[str, float, float, float, float, float, float | None], ...] = (
    ("average", 0.0715, 0.29, 0.300, 0.23, 0.31, 191.87),
    ("code", 0.0332, 0.37, 0.217, 0.34, 0.17, 194.93),
    ("english-how-to", 0.0808, 0.26, 0.297, 0.18, 0.27, None),
    ("chinese-how-to", 0.0514, 0.35, 0.390, 0.18, 0.40, 833.95),
    ("dialogue", 0.0754, 0.30, 0.292, 0.30, 0.25, 95.60),
    ("chinese-instruction", 0.153, 0.19, 0.376, 0.17, 0.35, None),
)


def _published(
    domain: str, C_N: float, alpha: float, C_D: float, beta: float, L0: float, ratio: float | None
) -> Published:
    printed = f" The source prints D/N = {ratio:g} at 1e21 FLOP." if ratio else ""
    return Published(
        source="minicpm2024",
        key=domain,
        where=f"fit on {domain} text, branches of WSD runs, arXiv 2404.06395, read in a digest",
        values={"C_N": C_N, "alpha": alpha, "C_D": C_D, "beta": beta, "L0": L0},
        counts="non_embedding",
        unit="per byte or so, not stated",
        valid={"N": (4e7, 2e9)},
        note=f"Two digits of each exponent; N and D in billions inside the law.{printed}",
    )


LAW = Law(
    name="minicpm",
    entry="L22",
    about="Chinchilla's form with N and D in billions, fitted on WSD branches.",
    target="loss",
    inputs=("N", "D"),
    formula=loss,
    optimum=optimum,
    source="minicpm2024",
    parameters=(
        Parameter("C_N", "unit of target", 1e-6, 1e3, "price of too few parameters, at 1B"),
        Parameter("alpha", "1", 0.01, 2.0, "return on parameters"),
        Parameter("C_D", "unit of target", 1e-6, 1e3, "price of too few tokens, at 1B"),
        Parameter("beta", "1", 0.01, 2.0, "return on tokens"),
        Parameter("L0", "unit of target", 0.0, 10.0, "loss that no scale removes"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="D"), Claim("tends to", "L0")),
    published=tuple(_published(*row) for row in TABLE),
    scope=(
        "Published sets are not in nat/token and count no embeddings.",
        "Their 192 tokens per parameter against 20 elsewhere: other data, loss and schedule, and "
        "tokens from 10 to 60 per parameter only. The ratio depends on the recipe.",
        "Rounded exponents move the ratio: 184 from the printed digits against 191.87 printed.",
    ),
)
