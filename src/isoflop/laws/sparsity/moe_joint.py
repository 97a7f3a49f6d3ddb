"""Dense and routed models together: loss against active parameters, tokens and experts."""

from __future__ import annotations

from isoflop.laws.algebra import log, named, power
from isoflop.laws.law import Axis, Law, Parameter, Published, Reported
from isoflop.laws.saturation import saturated
from isoflop.laws.traced import Operand


def loss(
    N_active: Operand,
    D: Operand,
    E_x: Operand,
    a: Operand,
    alpha: Operand,
    delta: Operand,
    gamma: Operand,
    b: Operand,
    beta: Operand,
    omega: Operand,
    zeta: Operand,
    c: Operand,
    E_start: Operand,
    E_max: Operand,
) -> Operand:
    experts = named("E_hat", saturated(E_x, E_start, E_max))
    bend = log(experts)
    size = a * power(experts, delta) * power(N_active, alpha + gamma * bend)
    data = b * power(experts, omega) * power(D, beta + zeta * bend)
    return size + data + c


_CHECKED = tuple(
    Reported({"N_active": 1e9, "D": 2e10, "E_x": E_x}, {"loss": value}, 3e-5)
    for E_x, value in (
        (1.0, 2.5776),
        (2.0, 2.5587),
        (4.0, 2.5352),
        (8.0, 2.5088),
        (16.0, 2.4814),
        (32.0, 2.4546),
    )
)

LAW = Law(
    name="moe_joint",
    entry="X43",
    about="Active parameters, tokens and experts: more experts change both exponents.",
    target="loss",
    inputs=("N_active", "D", "E_x"),
    axes=(Axis("E_x", "experts", "1", "experts in a layer; 1 is dense", 1.0, 64.0),),
    formula=loss,
    source="jointmoe2025",
    parameters=(
        Parameter("a", "nat/token", 1e-3, 1e8, "price of too few active parameters"),
        Parameter("alpha", "1", -1.0, -0.01, "return on active parameters of a dense model"),
        Parameter("delta", "1", -2.0, 1.0, "how experts lower the price of a small model"),
        Parameter("gamma", "1", -0.05, 0.1, "how experts change the return on parameters"),
        Parameter("b", "nat/token", 1e-3, 1e8, "price of too few tokens"),
        Parameter("beta", "1", -1.0, -0.01, "return on tokens of a dense model"),
        Parameter("omega", "1", -1.0, 3.0, "how experts raise the price of few tokens"),
        Parameter("zeta", "1", -0.2, 0.05, "how experts change the return on tokens"),
        Parameter("c", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("E_start", "1", 1.0, 10.0, "what one expert counts"),
        Parameter("E_max", "1", 20.0, 2000.0, "what infinitely many experts count"),
    ),
    published=(
        Published(
            source="jointmoe2025",
            where="fitted law, arXiv 2502.05172; magnitudes read in a digest, signs fixed by the "
            "fall of the loss with experts; E_start and E_max recalled",
            values={
                "a": 35.91,
                "alpha": -0.1889,
                "delta": -0.2285,
                "gamma": 0.0098,
                "b": 35.98,
                "beta": -0.1775,
                "omega": 0.5529,
                "zeta": -0.0259,
                "c": 1.3637,
                "E_start": 2.0732,
                "E_max": 290.4521,
            },
            counts="non_embedding",
            reported=_CHECKED,
            example=True,
            note="E_start and E_max could not be checked: named use only. A circulating digest "
            "prints exponents of reciprocals; with its signs more experts would hurt.",
        ),
    ),
    scope=(
        "Whole experts, one a token, N_active without embeddings, powers of two; to 2.7B active.",
        "Eleven parameters: needs sizes, tokens and experts varied together.",
        "Exponents and floor are not comparable with those of moe_granular or moe_sparsity.",
    ),
)
