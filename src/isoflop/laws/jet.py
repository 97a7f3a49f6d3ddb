"""Jets: values that carry exact first and second derivatives in a law's parameters.

Only derivatives that are not identically zero are stored, so a law with five parameters costs
little more than its value. Complex steps (``law.gradient``) check them in the contract tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.traced import Operand, Traced

Pair = tuple[int, int]


class Jet(Traced):
    """A value with sparse gradient and Hessian.

    Attributes
    ----------
    value : array that broadcasts to (n_sets, n_runs)
    gradient : {parameter index: array}
    hessian : {(i, j), i <= j: array}
    """

    __slots__ = ("gradient", "hessian", "value")

    def __init__(
        self,
        value: Operand,
        gradient: Mapping[int, Operand],
        hessian: Mapping[Pair, Operand] | None = None,
    ) -> None:
        self.value = value
        self.gradient = dict(gradient)
        self.hessian = dict(hessian or {})

    def chain(self, value: Operand, first: Operand, second: Operand | None) -> Jet:
        """The jet of f(self), from f, f' and f'' (None where f'' is zero)."""
        gradient = {i: first * g for i, g in self.gradient.items()}
        hessian = {pair: first * h for pair, h in self.hessian.items()}
        if second is not None:
            for (i, j), product in _products(self.gradient).items():
                hessian[i, j] = hessian.get((i, j), 0.0) + second * product
        return Jet(value, gradient, hessian)

    def __add__(self, other: Operand) -> Jet:
        if not isinstance(other, Jet):
            return Jet(self.value + other, self.gradient, self.hessian)
        return Jet(
            self.value + other.value,
            _merge(self.gradient, other.gradient),
            _merge(self.hessian, other.hessian),
        )

    __radd__ = __add__

    def __neg__(self) -> Jet:
        return self * -1.0

    def __sub__(self, other: Operand) -> Jet:
        difference: Jet = self + (-other)
        return difference

    def __rsub__(self, other: Operand) -> Jet:
        difference: Jet = (-self) + other
        return difference

    def __mul__(self, other: Operand) -> Jet:
        if not isinstance(other, Jet):
            return self.chain(self.value * other, other, None)
        a, b = self.value, other.value
        gradient = _merge(_scaled(self.gradient, b), _scaled(other.gradient, a))
        hessian = _merge(_scaled(self.hessian, b), _scaled(other.hessian, a))
        for i, left in self.gradient.items():
            for j, right in other.gradient.items():
                pair = (i, j) if i <= j else (j, i)
                # On the diagonal both orders of the product rule fall together.
                term = left * right * (2.0 if i == j else 1.0)
                hessian[pair] = hessian.get(pair, 0.0) + term
        return Jet(a * b, gradient, hessian)

    __rmul__ = __mul__

    def reciprocal(self) -> Jet:
        """The jet of 1/self."""
        inverse = 1.0 / self.value
        return self.chain(inverse, -(inverse**2), 2.0 * inverse**3)

    def __truediv__(self, other: Operand) -> Jet:
        quotient: Jet = self * (other.reciprocal() if isinstance(other, Jet) else 1.0 / other)
        return quotient

    def __rtruediv__(self, other: Operand) -> Jet:
        quotient: Jet = self.reciprocal() * other
        return quotient

    @classmethod
    def exp(cls, x: Operand) -> Jet:
        value = np.exp(x.value)
        result: Jet = x.chain(value, value, value)
        return result

    @classmethod
    def log(cls, x: Operand) -> Jet:
        inverse = 1.0 / x.value
        result: Jet = x.chain(np.log(x.value), inverse, -(inverse**2))
        return result

    @classmethod
    def power(cls, x: Operand, e: Operand) -> Jet:
        if isinstance(x, Jet):
            return cls.exp(e * cls.log(x))
        log_x = np.log(x)
        value = np.exp(e.value * log_x)
        first = value * log_x
        result: Jet = e.chain(value, first, first * log_x)
        return result

    @classmethod
    def lesser(cls, a: Operand, b: Operand) -> Jet:
        return _choose(_value(a) <= _value(b), a, b)

    @classmethod
    def greater(cls, a: Operand, b: Operand) -> Jet:
        return _choose(_value(a) >= _value(b), a, b)


def seed(index: int, value: FloatArray, first: Operand = 1.0, second: Operand = 0.0) -> Jet:
    """The jet of one parameter; ``first`` and ``second`` say how it depends on its coordinate."""
    hessian = {(index, index): second} if np.any(second) else {}
    return Jet(value, {index: first}, hessian)


def _value(x: Operand) -> Any:
    return x.value if isinstance(x, Jet) else x


def _choose(take_first: Any, a: Operand, b: Operand) -> Jet:
    first = a if isinstance(a, Jet) else Jet(a, {})
    second = b if isinstance(b, Jet) else Jet(b, {})

    def pick(left: Mapping[Any, Any], right: Mapping[Any, Any]) -> dict[Any, Any]:
        keys = set(left) | set(right)
        return {k: np.where(take_first, left.get(k, 0.0), right.get(k, 0.0)) for k in sorted(keys)}

    return Jet(
        np.where(take_first, first.value, second.value),
        pick(first.gradient, second.gradient),
        pick(first.hessian, second.hessian),
    )


def _merge(left: Mapping[Any, Any], right: Mapping[Any, Any]) -> dict[Any, Any]:
    merged = dict(left)
    for key, value in right.items():
        merged[key] = merged[key] + value if key in merged else value
    return merged


def _scaled(terms: Mapping[Any, Any], factor: Operand) -> dict[Any, Any]:
    return {key: value * factor for key, value in terms.items()}


def _products(gradient: Mapping[int, Any]) -> dict[Pair, Any]:
    indices = sorted(gradient)
    return {(i, j): gradient[i] * gradient[j] for k, i in enumerate(indices) for j in indices[k:]}
