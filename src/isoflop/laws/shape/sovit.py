"""Error in one dimension of the shape and in compute: an optimum that grows with compute."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Law, Parameter
from isoflop.laws.traced import Operand


def error(
    x: Operand,
    t: Operand,
    alpha: Operand,
    a: Operand,
    beta: Operand,
    b: Operand,
    xi: Operand,
    c: Operand,
    eps: Operand,
) -> Operand:
    return alpha * power(x, -a) + (beta * power(x, b) + xi) * power(t, -c) + eps


def growth(values: Mapping[str, float]) -> float:
    """Exponent s of the optimal dimension in compute, x* ~ t^s."""
    return values["c"] / (values["a"] + values["b"])


def best(values: Mapping[str, float], t: ArrayLike) -> FloatArray:
    """Dimension with the least error at compute t."""
    v = values
    price = v["alpha"] * v["a"] * np.asarray(t, dtype=float) ** v["c"] / (v["beta"] * v["b"])
    return np.asarray(price ** (1.0 / (v["a"] + v["b"])))


LAW = Law(
    name="sovit",
    entry="L31",
    about="Width, depth or feed-forward width against compute, one dimension at a time.",
    target="error",
    inputs=("x", "t"),
    formula=error,
    source="sovit2023",
    axes=(
        Axis("x", "x", "1", "the dimension: name its column", 16.0, 8192.0),
        Axis("t", "flops", "FLOP", "training compute", 1e17, 1e22),
    ),
    parameters=(
        Parameter("alpha", "unit of target", 1e-6, 1e6, "price of too small a dimension"),
        Parameter("a", "1", 0.01, 3.0, "return on the dimension"),
        Parameter("beta", "unit of target", 1e-9, 1e12, "price of a large one at little compute"),
        Parameter("b", "1", 0.01, 3.0, "how that price grows with the dimension"),
        Parameter("xi", "unit of target", 1e-9, 1e12, "price of little compute in any shape"),
        Parameter("c", "1", 0.01, 1.0, "return on compute"),
        Parameter("eps", "unit of target", 0.0, 10.0, "error that nothing removes"),
    ),
    scope=(
        "A star of sweeps around one centre: about 10 values of a dimension at 3 or 4 computes.",
        "Exponents depend on the centre and the metric; vision, not language.",
        "c is shared by the dimensions of one study: hold it once it is known.",
    ),
)
