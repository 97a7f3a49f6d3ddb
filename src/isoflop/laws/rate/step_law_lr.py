"""Step Law, learning rate: falls with size, grows with tokens, where the batch is free."""

from __future__ import annotations

from isoflop.laws.algebra import exp, power
from isoflop.laws.law import Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def rate(N_ne: Operand, D: Operand, ln_c: Operand, a: Operand, b: Operand) -> Operand:
    return exp(ln_c) * power(N_ne, a) * power(D, b)


EVIDENCE = {"N_ne": (2.147e8, 1.074e9), "D": (4e9, 1e11)}

LAW = Law(
    name="step_law_lr",
    entry="B11",
    about="Peak learning rate at the best batch, from the near-optimal set of a sweep.",
    target="lr",
    inputs=("N_ne", "D"),
    formula=rate,
    source="steplaw2025",
    parameters=(
        Parameter("ln_c", "1", -10.0, 10.0, "logarithm of the prefactor"),
        Parameter("a", "1", -1.5, 0.5, "exponent of size"),
        Parameter("b", "1", -0.5, 1.0, "exponent of tokens, batch free to follow"),
    ),
    published=(
        Published(
            source="steplaw2025",
            where="mean of the 1,000 released bootstrap fits",
            values={"ln_c": 0.5863077907399268, "a": -0.7129222911869902, "b": 0.30749095041206964},
            counts="non_embedding",
            unit="1",
            valid=EVIDENCE,
            errors={"ln_c": 0.623748, "a": 0.029858, "b": 0.019139},
            reported=(
                Reported({"N_ne": 7e9, "D": 1.4e12}, {"lr": 9.3468e-4}, 1e-5),
                Reported({"N_ne": 1e9, "D": 1e11}, {"lr": 1.66238e-3}, 1e-5),
            ),
            note="95% of the fits: ln_c -0.648 to 1.772, a -0.774 to -0.655, b 0.271 to 0.345.",
        ),
        Published(
            source="steplaw2025",
            where="rounded formula 1.79 N^-0.713 D^0.307, arXiv 2503.04715",
            values={"ln_c": 0.5822156199, "a": -0.713, "b": 0.307},  # ln 1.79
            counts="non_embedding",
            unit="1",
            valid=EVIDENCE,
            reported=(
                Reported({"N_ne": 7e9, "D": 1.4e12}, {"lr": 9.1656e-4}, 1e-5),
                Reported({"N_ne": 1e9, "D": 1e11}, {"lr": 1.63250e-3}, 1e-5),
            ),
            key="rounded",
        ),
    ),
    scope=(
        "At the batch of step_law_batch; at a fixed batch the best rate falls: bjorck_lr.",
        "Cosine decay to a fixed last rate of 1e-5, not to a share of the peak.",
        "N without embeddings; context 2048; standard parametrisation, AdamW.",
        "The bowl in (ln lr, ln batch) is convex with a wide plateau: judge a law by its loss.",
    ),
)
