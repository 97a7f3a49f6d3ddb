"""Error in compute with a plateau of chance at one end and a floor at the other."""

from __future__ import annotations

from collections.abc import Mapping

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import power
from isoflop.laws.guesses import falling_line
from isoflop.laws.law import Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand


def error(x: Operand, a: Operand, b: Operand, c: Operand, d: Operand) -> Operand:
    return a + b * power(x + d, -c)


def guess(inputs: Mapping[str, FloatArray], target: FloatArray) -> dict[str, float]:
    floor, scale, exponent = falling_line(inputs["x"], target)
    return {"a": floor, "b": scale, "c": min(exponent, 1.0), "d": 0.1 * float(inputs["x"].min())}


LAW = Law(
    name="zhai",
    entry="L30",
    about="Saturates twice along compute; vision error rates on the Pareto points.",
    target="error",
    inputs=("x",),
    formula=error,
    guess=guess,
    source="zhai2021",
    parameters=(
        Parameter("a", "unit of target", 0.0, 10.0, "error at infinite compute"),
        Parameter("b", "unit of target", 1e-9, 1e30, "scale of the reducible error"),
        Parameter("c", "1", 0.01, 1.0, "return on compute"),
        Parameter("d", "unit of x", 1e-6, 1e30, "compute below which the model only guesses"),
    ),
    claims=(Claim("decreases", in_="x"), Claim("tends to", "a")),
    published=(
        Published(
            source="zhai2021",
            key="imagenet-finetune",
            where="ImageNet fine-tuning, x in TPUv3 core-days, arXiv 2106.04560; recalled",
            values={"a": 0.09, "b": 0.26, "c": 0.35, "d": 0.01},
            counts="unknown",
            unit="top-1 error",
            example=True,
        ),
        Published(
            source="zhai2021",
            key="imagenet-10-shot",
            where="ImageNet, 10 examples a class, x in TPUv3 core-days, arXiv 2106.04560; recalled",
            values={"a": 0.12, "b": 0.63, "c": 0.32, "d": 0.52},
            counts="unknown",
            unit="error",
            example=True,
        ),
    ),
    scope=(
        "Pareto points only, and at least 8: a and d are weakly identified with fewer.",
        "The form of shifted_power with the shift read as the plateau of chance.",
        "Vision; compute in the unit of the table, core-days in the source.",
    ),
)
