"""Optimal size as a power of compute, once accounting, warm-up and tuning are put right."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand

BUDGETS = {"C": (1.25e16, 2.56e19)}


def size(C: Operand, N_base: Operand, a: Operand) -> Operand:
    return N_base * power(C, a)


LAW = Law(
    name="porian_allocation",
    entry="L15",
    about="Best size with a tuned optimiser at a constant rate; the tokens are C/(6N).",
    target="params",
    inputs=("C",),
    formula=size,
    source="porian2024",
    parameters=(
        Parameter("N_base", "parameters", 1e-12, 1e6, "size at one FLOP, extrapolated"),
        Parameter("a", "1", 0.3, 1.0, "share of compute, in logs, that goes into size"),
    ),
    claims=(Claim("increases", in_="C"),),
    published=(
        Published(
            source="porian2024",
            where="RefinedWeb, batch, rate and beta2 tuned, constant rate, arXiv 2406.19146",
            values={"N_base": 0.119, "a": 0.497},
            counts="tied",
            unit="parameters",
            valid=BUDGETS,
            note="95% interval of the exponent: 0.491 to 0.505.",
        ),
        Published(
            source="porian2024",
            key="refinedweb-attention",
            where="the same with attention in size and compute, released weighted fit",
            values={"N_base": 0.09235286271678149, "a": 0.5052660845201852},
            counts="unknown",
            unit="parameters",
            valid=BUDGETS,
            note="N is FLOP a token over six (flops convention porian); 0.496 to 0.512.",
        ),
        Published(
            source="porian2024",
            key="openwebtext2",
            where="OpenWebText2, tuned as the first set, released weighted fit",
            values={"N_base": 0.046935346310548694, "a": 0.5184542057238083},
            counts="tied",
            unit="parameters",
            valid=BUDGETS,
            note="95% interval of the exponent: 0.49 to 0.54.",
        ),
    ),
    scope=(
        "The exponent is the last of five steps that begin at Kaplan's 0.84 to 0.86: head FLOP, "
        "warm-up, decay length and tuning each lower it.",
        "On OpenWebText2 deepseek2024 finds 0.578; it has 30B tokens, so repetition is suspected.",
        "C = 6 N D with one vocabulary matrix in N; with attention counted take that set.",
    ),
)
