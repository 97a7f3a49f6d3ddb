"""Chinchilla's form fitted to one suite of models under six choices of its checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import power
from isoflop.laws.closed_forms import additive_optimum
from isoflop.laws.law import Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand


def loss(
    N: Operand, D: Operand, E: Operand, A: Operand, alpha: Operand, B: Operand, beta: Operand
) -> Operand:
    return E + A * power(N, -alpha) + B * power(D, -beta)


def optimum(values: Mapping[str, FloatArray], C: FloatArray, k: float) -> dict[str, FloatArray]:
    return additive_optimum(values["A"], values["alpha"], values["B"], values["beta"], C, k)


# Choice of checkpoints: alpha, beta, ln A, ln B, ln E, as released.
TABLE: tuple[tuple[str, str, tuple[float, float, float, float, float]], ...] = (
    ("hot", "all checkpoints before cooldown", (0.29892, 0.69283, 5.4575, 14.9720, 0.76632)),
    ("cooled", "cooled-down checkpoints", (0.29701, 0.69040, 5.3628, 14.9718, 0.74589)),
    ("ablation", "learning-rate ablation", (0.32780, 0.67769, 5.8753, 14.9094, 0.79670)),
    ("over-100b", "only beyond 100B tokens", (0.25755, 0.59093, 4.8762, 12.6984, 0.66552)),
    ("chinchilla-like", "sampled as hoffmann2022", (0.28451, 0.44942, 4.9947, 9.8396, 0.71316)),
    ("slim", "few shapes", (0.27644, 0.47382, 5.0155, 9.9101, 0.56706)),
)


def _published(key: str, choice: str, fit: tuple[float, float, float, float, float]) -> Published:
    alpha, beta, log_A, log_B, log_E = fit
    return Published(
        source="gemstones2025",
        key=key,
        where=f"{choice}, Huber delta 1e-4, released fit, arXiv 2502.06857",
        values={"E": exp(log_E), "A": exp(log_A), "alpha": alpha, "B": exp(log_B), "beta": beta},
        counts="unknown",
        note=f"Stored as ln A {log_A:g}, ln B {log_B:g}, ln E {log_E:g}.",
    )


LAW = Law(
    name="gemstones2",
    entry="X54",
    also=("L33",),
    about="One suite, six choices, allocation exponents from 0.61 to 0.70: a warning in numbers.",
    target="loss",
    inputs=("N", "D"),
    formula=loss,
    optimum=optimum,
    source="gemstones2025",
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("A", "nat/token", 1e-3, 1e12, "price of too few parameters"),
        Parameter("alpha", "1", 0.01, 3.0, "return on parameters"),
        Parameter("B", "nat/token", 1e-3, 1e16, "price of too few tokens"),
        Parameter("beta", "1", 0.01, 3.0, "return on tokens"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="D"), Claim("tends to", "E")),
    published=tuple(_published(*row) for row in TABLE),
    scope=(
        "For one's own runs use chinchilla, the same form; here is the spread of one suite.",
        "The lower envelope of the same checkpoints gives exponents 0.4994 (hot), 0.5970 (cooled) "
        "and 0.5131 (ablation).",
        "What N counts in these fits is not known.",
    ),
)
