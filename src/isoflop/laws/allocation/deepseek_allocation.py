"""Optimal model scale, in FLOP a token, as a power of compute."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def scale(C: Operand, M_base: Operand, a: Operand) -> Operand:
    return M_base * power(C, a)


LAW = Law(
    name="deepseek_allocation",
    entry="L21",
    about="Non-embedding FLOP a token of the best model; the tokens are what is left, C/M.",
    target="flops_per_token",
    inputs=("C",),
    formula=scale,
    source="deepseek2024",
    parameters=(
        Parameter("M_base", "FLOP/token", 1e-6, 1e6, "scale of the best model at one FLOP"),
        Parameter("a", "1", 0.3, 0.8, "share of compute, in logs, that goes into the model"),
    ),
    claims=(Claim("increases", in_="C"),),
    published=(
        Published(
            source="deepseek2024",
            where="IsoFLOP fit on the current in-house data, arXiv 2401.02954",
            values={"M_base": 0.1715, "a": 0.5243},
            counts="non_embedding",
            unit="FLOP/token",
            valid={"C": (1e17, 3e20)},
            reported=(
                Reported({"C": 1e20}, {"flops_per_token": 5.2513e9}, 2e-5),
                Reported({"C": 4.5e23}, {"flops_per_token": 4.3216e11}, 2e-5),
            ),
        ),
    ),
    scope=(
        "M counts attention in full (no causal discount) and no head: formula deepseek.",
        "The exponent depends on the data: 0.450 on an earlier corpus, 0.578 on OpenWebText2, "
        "where porian2024 finds 0.518.",
        "Read off parabolas, with their bias (vpnls2026).",
    ),
)
