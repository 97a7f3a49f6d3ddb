"""Loss of SGD by size, learning rate, batch and steps: intrinsic time and noise."""

from __future__ import annotations

from isoflop.laws.algebra import named, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    N: Operand,
    lr: Operand,
    B: Operand,
    S: Operand,
    E: Operand,
    A: Operand,
    T: Operand,
    V: Operand,
    W: Operand,
    s: Operand,
    be: Operand,
) -> Operand:
    time = named("t", lr * S)
    noise = (lr / B) * (V + W * power(time, 1.0 / be - 2.0))
    return E + A * power(N, -s * be) + T * power(time, -s) + noise


LAW = Law(
    name="functional_scaling",
    entry="B24",
    about="Learning happens in intrinsic time lr*S; noise depends on lr/B only.",
    target="loss",
    inputs=("N", "lr", "B", "S"),
    axes=(
        Axis("N", "params", "parameters", "model size", 1e2, 1e9),
        Axis("lr", "lr", "1", "constant learning rate", 1e-3, 1.0),
        Axis("B", "batch_tokens", "tokens", "batch size", 1.0, 1e5),
        Axis("S", "steps", "1", "optimiser steps", 1e3, 1e7),
    ),
    formula=loss,
    source="fsl2025",
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("A", "nat/token", 1e-3, 1e6, "price of too few parameters"),
        Parameter("T", "nat/token", 1e-3, 1e6, "price of too little intrinsic time"),
        Parameter("V", "nat/token", 1e-6, 1e6, "noise of labels"),
        Parameter("W", "nat/token", 1e-6, 1e6, "noise of what is not learnt yet"),
        Parameter("s", "1", 0.05, 3.0, "source exponent: how smooth the target is"),
        Parameter("be", "1", 1.01, 5.0, "capacity exponent: how fast the spectrum falls"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="B"), Claim("decreases", in_="S")),
    scope=(
        "Kernel regression with SGD, not Adam: fit s and be to a constant-rate curve first.",
        "A form from one digest, not derived anew; its constants are ours to fit.",
        "Constant rate: under a schedule the time is the integral of the rate, and the noise a "
        "convolution of lr^2/B with a forgetting kernel.",
    ),
)
