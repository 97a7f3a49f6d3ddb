"""Error on the compute frontier: shifted power law above a floor."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import power
from isoflop.laws.guesses import falling_line
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def error(C: Operand, E0: Operand, A: Operand, B: Operand, a: Operand) -> Operand:
    return E0 + A * power(C + B, -a)


def guess(inputs: Mapping[str, FloatArray], target: FloatArray) -> dict[str, float]:
    floor, scale, exponent = falling_line(inputs["C"], target)
    return {"E0": floor, "A": scale, "B": 0.1 * float(np.min(inputs["C"])), "a": exponent}


LAW = Law(
    name="frontier_error",
    entry="X101",
    about="Robust comparison of vision-language recipes on their compute frontiers.",
    target="error",
    inputs=("C",),
    formula=error,
    guess=guess,
    source="nezhurina2025",
    axes=(Axis("C", "gflops", "GFLOP", "total training compute", 1e6, 1e12),),
    parameters=(
        Parameter("E0", "1", 0.0, 1.0, "error that no compute removes; --fix E0=0 to restrict"),
        Parameter("A", "1", 1e-3, 1e9, "height of the reducible error"),
        Parameter("B", "GFLOP", 0.0, 1e9, "shift of compute; --fix B=0 to restrict"),
        Parameter("a", "1", 0.01, 2.0, "return on compute"),
    ),
    claims=(Claim("decreases", in_="C"), Claim("tends to", "E0")),
    scope=(
        "Frontier points of 1e6 to 1e12 GFLOP and at most 1e10 samples; forecast above.",
        "Unique samples only: 1.4B samples seen about nine times fell 1.7 points short of their "
        "forecast (82.0% against 80.3%).",
        "The same form as shifted_power, with errors in [0, 1] and compute in GFLOP.",
    ),
)
