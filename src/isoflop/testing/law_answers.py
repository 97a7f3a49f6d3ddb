"""What a law's coefficients answer: reported numbers, and the optimum found without closed form."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from isoflop.laws.law import Law, Published, Reported

FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020, C = 6*N*D


def reproduced(law: Law, published: Published, reported: Reported) -> dict[str, float]:
    """What the coefficients give where the source states a number, {symbol: value}."""
    at = dict(reported.at)
    if set(at) == {"C"} and "C" not in law.inputs:
        closed = law.optimum is not None
        solve = closed_optimum if closed else numeric_optimum
        at = solve(law, published.values, at["C"])
    value = float(law.predict(at, published.values)[0])
    return {**at, law.target: value}


def numeric_optimum(law: Law, values: Mapping[str, float], C: float) -> dict[str, float]:
    """Best N and D for C = 6*N*D by bisection on the slope in ln N, for laws in N and D alone."""
    budget = C / FLOP_PER_PARAMETER_TOKEN
    parameters = [values[name] for name in law.parameter_names]

    def slope(log_n: float) -> float:
        n = np.exp(np.array([log_n + 1e-30j]))
        arguments = {"N": n, "D": budget / n}
        return float(law.formula(*(arguments[s] for s in law.inputs), *parameters)[0].imag)

    low, high = 0.0, math.log(budget)
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if slope(middle) < 0.0 else (low, middle)
    n = math.exp(0.5 * (low + high))
    return {"N": n, "D": budget / n}


def matching_digits(relative_error: float) -> float:
    """How many significant digits agree."""
    return 17.0 if relative_error == 0.0 else -math.log10(relative_error)


def closed_optimum(law: Law, values: Mapping[str, float], C: float) -> dict[str, float]:
    """The law's own optimum at C = 6*N*D."""
    assert law.optimum is not None
    arrays = {name: np.asarray(value) for name, value in values.items()}
    found = law.optimum(arrays, np.asarray(C), FLOP_PER_PARAMETER_TOKEN)
    return {symbol: float(value) for symbol, value in found.items()}
