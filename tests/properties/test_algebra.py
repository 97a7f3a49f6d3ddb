"""Jets, complex steps, unit rescaling and implicit roots hold for any numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isoflop.laws.algebra import (
    bend,
    exp,
    greater,
    lesser,
    log,
    log10,
    named,
    power,
    root,
    softplus,
)
from isoflop.laws.catalogue import get_law, get_published
from isoflop.laws.jet import Jet, seed

STEP = 1e-30
Formula: TypeAlias = Callable[[Sequence[Any]], Any]

positive = st.floats(0.2, 3.0)
LEAVES: list[Formula] = [lambda v: v[0], lambda v: v[1], lambda v: v[2], lambda v: 1.7]
# Every operation keeps positive operands positive and of order one, so that none is out of reach.
ONE: list[Callable[[Any], Any]] = [
    lambda x: log(1.0 + x),
    lambda x: exp(-x),
    lambda x: 1.0 / (0.5 + x),
    lambda x: softplus(x - 1.3),
    lambda x: log10(10.0 + x),
    lambda x: named("y", x),
    lambda x: 4.0 - -x,
]
TWO: list[Callable[[Any, Any], Any]] = [
    lambda x, y: x + y,
    lambda x, y: x * y,
    lambda x, y: x / (0.5 + y),
    lambda x, y: power(x, -(y / (1.0 + y))),
    lambda x, y: bend(x, 1.0 / (0.5 + y), -0.4),
    lambda x, y: bend(1.0 + x, 0.7, -y / (1.0 + y)),
    lambda x, y: lesser(x, y + 0.1),
    lambda x, y: greater(x, y + 0.1),
]


def joined(children: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    single = st.builds(lambda f, a: lambda v: f(a(v)), st.sampled_from(ONE), children)
    double = st.builds(
        lambda f, a, b: lambda v: f(a(v), b(v)), st.sampled_from(TWO), children, children
    )
    return single | double


formulas = st.recursive(st.sampled_from(LEAVES), joined, max_leaves=8)


def gradient(formula: Formula, values: Sequence[float]) -> np.ndarray:
    """Complex-step gradient (3,)."""
    stepped = [np.asarray(values) + 1j * STEP * np.eye(3)[i] for i in range(3)]
    return np.array([np.imag(formula(list(row))) / STEP for row in stepped])


def traced(formula: Formula, values: Sequence[float]) -> Jet:
    result = formula([seed(i, np.array([[v]])) for i, v in enumerate(values)])
    return result if isinstance(result, Jet) else Jet(result, {})


@settings(deadline=None, derandomize=True, max_examples=300)
@given(formulas, st.tuples(positive, positive, positive))
def test_jets_equal_complex_steps_on_any_formula(
    formula: Formula, values: tuple[float, float, float]
) -> None:
    jet = traced(formula, values)
    found = [float(np.squeeze(jet.gradient.get(i, 0.0))) for i in range(3)]
    expected = gradient(formula, values)
    assert found == pytest.approx(expected, rel=1e-10, abs=1e-12)


SMOOTH = TWO[:6]
smooth_formulas = st.recursive(
    st.sampled_from(LEAVES),
    lambda children: st.builds(
        lambda f, a, b: lambda v: f(a(v), b(v)), st.sampled_from(SMOOTH), children, children
    ),
    max_leaves=5,
)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(smooth_formulas, st.tuples(positive, positive, positive))
def test_hessians_equal_differences_of_complex_steps(
    formula: Formula, values: tuple[float, float, float]
) -> None:
    jet = traced(formula, values)
    found = np.array(
        [
            [float(np.squeeze(jet.hessian.get((min(i, j), max(i, j)), 0.0))) for j in range(3)]
            for i in range(3)
        ]
    )
    h = 1e-5
    shift = h * np.eye(3)
    base = np.asarray(values)
    expected = np.array(
        [(gradient(formula, base + d) - gradient(formula, base - d)) / (2 * h) for d in shift]
    )
    scale = 1.0 + float(np.abs(expected).max())
    assert np.abs(found - expected).max() / scale < 1e-5


@settings(deadline=None, derandomize=True)
@given(st.floats(1e-6, 1e6))
def test_another_unit_of_size_is_absorbed_in_the_price(c: float) -> None:
    law, published = get_published("chinchilla@besiroglu2024")
    v = published.values
    N, D = np.array([1e8, 3e9, 7e10]), np.array([2e10, 6e10, 1.4e12])
    rescaled = {**v, "A": v["A"] * c ** v["alpha"]}
    expected = law.predict({"N": N, "D": D}, v)
    assert np.allclose(law.predict({"N": c * N, "D": D}, rescaled), expected, rtol=1e-12)


@settings(deadline=None, derandomize=True)
@given(st.floats(1e-6, 1e6))
def test_another_unit_of_the_axis_is_absorbed_in_bnsl(c: float) -> None:
    law = get_law("bnsl")
    v = {"a": 1.0, "b": 5.0, "c0": 0.2, "c1": 0.3, "d1": 1e6, "f1": 0.4}
    x = np.array([1e4, 1e6, 1e9])
    rescaled = {**v, "b": v["b"] * c ** v["c0"], "d1": v["d1"] * c}
    expected = law.predict({"x": x}, v)
    assert np.allclose(law.predict({"x": c * x}, rescaled), expected, rtol=1e-12)


@settings(deadline=None, derandomize=True)
@given(st.floats(0.1, 5.0), st.floats(0.05, 40.0))
def test_root_solves_and_differentiates_an_implicit_equation(p: float, q: float) -> None:
    # y^3 + p*y = q: dy/dp = -y / (3y^2 + p), d2y/dp2 from one more implicit derivative.
    def solve(p: Any, q: Any) -> Any:
        return root(lambda y: y * y * y + p * y - q, lambda y: 3.0 * y * y + p, 0.0, 10.0)

    y = float(solve(p, q))
    slope = 3.0 * y * y + p
    first, by_q = -y / slope, 1.0 / slope
    second = -(2.0 * first + 6.0 * y * first * first) / slope
    jet = solve(seed(0, np.array([p])), seed(1, np.array([q])))
    assert y**3 + p * y == pytest.approx(q, rel=1e-12)
    assert float(jet.gradient[0][0]) == pytest.approx(first, rel=1e-9)
    assert float(jet.gradient[1][0]) == pytest.approx(by_q, rel=1e-9)
    assert float(jet.hessian[0, 0][0]) == pytest.approx(second, rel=1e-7)
    assert float(np.imag(solve(p + 1j * STEP, q)) / STEP) == pytest.approx(first, rel=1e-9)


@settings(deadline=None, derandomize=True)
@given(st.floats(-1e4, 1e4))
def test_softplus_never_overflows(x: float) -> None:
    expected = float(np.logaddexp(0.0, x))
    assert float(softplus(np.float64(x))) == pytest.approx(expected, rel=1e-14, abs=1e-15)


def test_bend_survives_a_sharp_break() -> None:
    assert float(bend(np.float64(1e11), 100.0, -0.002)) == pytest.approx((1e11) ** -0.2)
