"""Routed models at a fixed number of tokens: loss against dense size and number of experts."""

from __future__ import annotations

from isoflop.laws.algebra import log10, named, power
from isoflop.laws.law import Axis, Law, Parameter, Published, Reported
from isoflop.laws.saturation import saturated
from isoflop.laws.traced import Operand


def loss(
    N: Operand,
    E_x: Operand,
    a: Operand,
    b: Operand,
    c: Operand,
    d: Operand,
    E_start: Operand,
    E_max: Operand,
) -> Operand:
    size = log10(N)
    experts = named("e", log10(saturated(E_x, E_start, E_max)))
    return power(10.0, a * size + b * experts + c * size * experts + d)


# Router, a, b, c, d, E_start, E_max as printed.
TABLE = (
    ("s-base", -0.082, -0.108, 0.009, 1.104, 1.847, 314.478),
    ("rl-r", -0.083, -0.126, 0.012, 1.111, 1.880, 469.982),
    ("hash", -0.087, -0.136, 0.012, 1.157, 4.175, 477.741),
)

_CHECKED = tuple(
    Reported({"N": N, "E_x": E_x}, {"loss": value}, 2e-5)
    for N, E_x, value in (
        (1e8, 1.0, 2.7441),
        (1e8, 64.0, 2.4305),
        (1e9, 1.0, 2.2846),
        (1e9, 64.0, 2.0858),
    )
)

_NAMES = ("a", "b", "c", "d", "E_start", "E_max")

LAW = Law(
    name="moe_clark",
    entry="X40",
    about="Dense size and number of experts at a fixed number of tokens; routing may stop helping.",
    target="loss",
    inputs=("N", "E_x"),
    axes=(Axis("E_x", "experts", "1", "experts in a routed layer; 1 is dense", 1.0, 512.0),),
    formula=loss,
    source="clark2022",
    parameters=(
        Parameter("a", "1", -0.5, 0.0, "return on dense size, in decades per decade"),
        Parameter("b", "1", -1.0, 0.0, "return on experts, in decades per decade"),
        Parameter("c", "1", -0.05, 0.1, "how the return on experts fades with size"),
        Parameter("d", "1", 0.0, 3.0, "log10 of the loss of one parameter and one expert"),
        Parameter("E_start", "1", 1.0, 10.0, "what one expert counts"),
        Parameter("E_max", "1", 20.0, 2000.0, "what infinitely many experts count"),
    ),
    published=tuple(
        Published(
            source="clark2022",
            key=f"clark2022-{router}",
            where=f"table of fits, {router.upper()}, 130B tokens, top-1, arXiv 2202.01169",
            values=dict(zip(_NAMES, values, strict=True)),
            counts="unknown",
            valid={"E_x": (1.0, 512.0)},
            reported=_CHECKED if router == "s-base" else (),
            note="N is the dense model a router is put into, never the total; cut-offs must not "
            "be recomputed from these rounded numbers (see decide.architecture.routing).",
        )
        for router, *values in TABLE
    ),
    scope=(
        "Tokens are fixed (130B), so its cut-off does not hold for compute-optimal training.",
        "N is the dense base model, not the total; every second layer routed, one expert a token.",
        "Nothing is known beyond 512 experts.",
        "The source minimises squared errors of log10 L, dense runs entering with one expert.",
    ),
)
