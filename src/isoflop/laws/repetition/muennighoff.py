"""Loss when tokens are repeated: each further epoch and each excess parameter is worth less."""

from __future__ import annotations

from math import exp as exp_of

from isoflop.laws.algebra import exp, greater, lesser, named, power
from isoflop.laws.law import Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def loss(
    N: Operand,
    D: Operand,
    U: Operand,
    E: Operand,
    A: Operand,
    B: Operand,
    alpha: Operand,
    R_D: Operand,
    R_N: Operand,
) -> Operand:
    unique = named("U_D", lesser(D, U))
    # Compute-optimal size for that many unique tokens: U_D * G^2 with equal exponents.
    size = named("U_N", lesser(N, unique * power(A / B, 1.0 / alpha)))
    tokens = named("D'", _decayed(unique, D, R_D))
    parameters = named("N'", _decayed(size, N, R_N))
    return E + A * power(parameters, -alpha) + B * power(tokens, -alpha)


def _decayed(base: Operand, total: Operand, half: Operand) -> Operand:
    excess = greater(total / base - 1.0, 0.0)
    return base + base * half * (1.0 - exp(-excess / half))


LAW = Law(
    name="muennighoff",
    entry="L26",
    about="Chinchilla with equal exponents in effective tokens and effective parameters.",
    target="loss",
    inputs=("N", "D", "U"),
    formula=loss,
    source="muennighoff2023",
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("A", "nat/token", 1e-3, 1e12, "price of too few parameters"),
        Parameter("B", "nat/token", 1e-3, 1e12, "price of too few tokens"),
        Parameter("alpha", "1", 0.01, 2.0, "return on parameters and on tokens"),
        Parameter("R_D", "epochs", 0.1, 1e3, "repetitions after which a token is worth 1/e"),
        Parameter("R_N", "1", 0.1, 1e3, "excess after which a parameter is worth 1/e"),
    ),
    claims=(
        Claim("decreases", in_="N"),
        Claim("decreases", in_="D"),
        Claim("decreases", in_="U"),
        Claim("tends to", "E"),
    ),
    published=(
        Published(
            source="muennighoff2023",
            where="parametric fit, released code, C4, GPT-2 tokenizer, 182 runs, arXiv 2305.16264",
            values={
                "E": exp_of(0.6254804),
                "A": exp_of(6.255414),
                "B": exp_of(7.3049974),
                "alpha": 0.3526596,
                "R_D": 15.387756,
                "R_N": 5.309743,
            },
            counts="unknown",
            reported=(
                Reported({"N": 6.34e9, "D": 242e9, "U": 25e9}, {"loss": 2.2256440889984477}, 1e-12),
                Reported({"N": 8.67e9, "D": 178e9, "U": 25e9}, {"loss": 2.2269634075087867}, 1e-12),
            ),
            note="E, A and B are printed as logs; whether N counts embeddings is not stated.",
        ),
    ),
    scope=(
        "Cannot show a loss that rises with epochs (large N on few unique tokens).",
        "R_D and R_N depend on weight decay and dropout; refit them under another recipe.",
        "Tokens are worth at most 1 + R_D times the unique ones; no closed-form optimum.",
    ),
)
