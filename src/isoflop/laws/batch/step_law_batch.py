"""Step Law, batch: a power of the training tokens alone."""

from __future__ import annotations

from isoflop.laws.algebra import exp, power
from isoflop.laws.law import Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def batch(D: Operand, ln_c: Operand, b: Operand) -> Operand:
    return exp(ln_c) * power(D, b)


EVIDENCE = {"D": (4e9, 1e11)}

LAW = Law(
    name="step_law_batch",
    entry="B11",
    about="Best batch in tokens at the best learning rate; no dependence on size was needed.",
    target="batch_tokens",
    inputs=("D",),
    formula=batch,
    source="steplaw2025",
    parameters=(
        Parameter("ln_c", "ln tokens", -10.0, 20.0, "logarithm of the prefactor"),
        Parameter("b", "1", 0.0, 1.0, "exponent of tokens"),
    ),
    claims=(Claim("increases", in_="D"),),
    published=(
        Published(
            source="steplaw2025",
            where="mean of the 1,000 released bootstrap fits",
            values={"ln_c": -0.5435421736103339, "b": 0.5709443646895045},
            counts="non_embedding",
            unit="token",
            valid=EVIDENCE,
            errors={"ln_c": 0.437241, "b": 0.018669},
            reported=(
                Reported({"D": 1.4e12}, {"batch_tokens": 4.99696e6}, 1e-5),
                Reported({"D": 1e11}, {"batch_tokens": 1.10747e6}, 1e-5),
            ),
            note="95% of the fits: ln_c -1.356 to 0.326, b 0.534 to 0.606.",
        ),
        Published(
            source="steplaw2025",
            where="rounded formula 0.58 D^0.571, arXiv 2503.04715",
            values={"ln_c": -0.5447271754, "b": 0.571},  # ln 0.58
            counts="non_embedding",
            unit="token",
            valid=EVIDENCE,
            reported=(
                Reported({"D": 1.4e12}, {"batch_tokens": 4.99882e6}, 1e-5),
                Reported({"D": 1e11}, {"batch_tokens": 1.10771e6}, 1e-5),
            ),
            key="rounded",
        ),
    ),
    scope=(
        "Tokens a step; divide by the context for sequences (2048 in the sweeps).",
        "Contradicted by D^0.383 (powerlines_batch), C^0.327 (deepseek_batch), N^0.703 "
        "(porian_batch) and L^-6.24 (minicpm_batch).",
    ),
)
