"""Vocabulary-fair loss against other parameters, vocabulary parameters and tokens."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand

MILLION, BILLION = 1e6, 1e9  # units the source fits and prints its coefficients in


def loss(
    N_ne: Operand,
    N_v: Operand,
    D: Operand,
    E: Operand,
    A1: Operand,
    A2: Operand,
    B: Operand,
    a: Operand,
    a2: Operand,
) -> Operand:
    size = A1 * power(N_ne / MILLION, -a) + A2 * power(N_v / MILLION, -a2)
    return size + B * power(D / BILLION, -a) - E


LAW = Law(
    name="vocab_parametric",
    entry="X37",
    about="Loss against a unigram model: one term for the vocabulary, one exponent for the rest.",
    target="loss_over_unigram",
    scale="level",
    inputs=("N_ne", "N_v", "D"),
    axes=(Axis("N_v", "params_vocab", "parameters", "vocabulary times width", 1e6, 1e10),),
    formula=loss,
    source="vocabulary2024",
    parameters=(
        Parameter("E", "nat/token", 0.0, 20.0, "gain over unigrams that no scale exceeds"),
        Parameter("A1", "nat/token", 1e-3, 1e4, "price of too few other parameters, in millions"),
        Parameter("A2", "nat/token", 1e-3, 1e4, "price of too small a vocabulary, in millions"),
        Parameter("B", "nat/token", 1e-3, 1e4, "price of too few tokens, in billions"),
        Parameter("a", "1", 0.1, 1.0, "return on other parameters and on tokens, tied"),
        Parameter("a2", "1", 0.1, 2.0, "return on vocabulary parameters"),
    ),
    claims=(
        Claim("decreases", in_="N_ne"),
        Claim("decreases", in_="N_v"),
        Claim("decreases", in_="D"),
    ),
    published=(
        Published(
            source="vocabulary2024",
            where="approach 3, code of arXiv 2407.13623",
            values={
                "E": 5.5327846803337435,
                "A1": 1.8313851559554126,
                "A2": 0.19584238398665638,
                "B": 2.1241123120064955,
                "a": 0.44660634152009615,
                "a2": 0.6707374679896795,
            },
            counts="non_embedding",
            valid={"N_ne": (3.3e7, 1.13e9), "N_v": (2e6, 2e8)},
            example=True,
            note="Its D is no count of tokens: the authors' code converts characters with the "
            "vocabulary in thousands, characters * f(V/1000). With true tokens these numbers do "
            "not describe the data; they are kept for the published vocabularies.",
        ),
    ),
    scope=(
        "The target is minus the gain over a unigram model: negative, lower is better; never "
        "nats per token, which do not compare across tokenizers.",
        "Exponents of parameters and of tokens are tied.",
        "The source drops runs below 2.18e17 FLOP and bounds exponents by 0.1 and 1; the "
        "vocabulary exponent in true tokens ends above 1.",
    ),
)
