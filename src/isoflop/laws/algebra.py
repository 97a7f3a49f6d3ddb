"""The words formulas are written in, beside ``+ - * /``.

They broadcast over runs and over parameter sets, and accept complex numbers, so that derivatives by
complex step are exact; on traced operands they record derivatives or text instead.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from isoflop.laws.traced import LN_10, Operand, Traced


def power(x: Operand, e: Operand) -> Operand:
    """``x**e`` for positive x, as ``exp(e*log(x))``: analytic in both, three times faster."""
    kind = _kind(x, e)
    return kind.power(x, e) if kind else np.exp(e * np.log(x))


def exp(x: Operand) -> Operand:
    """Exponential."""
    kind = _kind(x)
    return kind.exp(x) if kind else np.exp(x)


def log(x: Operand) -> Operand:
    """Natural logarithm of a positive operand."""
    kind = _kind(x)
    return kind.log(x) if kind else np.log(x)


def log10(x: Operand) -> Operand:
    """Logarithm to base ten of a positive operand."""
    kind = _kind(x)
    return kind.log10(x) if kind else np.log(x) / LN_10


def lesser(a: Operand, b: Operand) -> Operand:
    """The smaller of two; piecewise analytic, for limits such as "at most the unique tokens"."""
    kind = _kind(a, b)
    return kind.lesser(a, b) if kind else np.where(np.real(a) <= np.real(b), a, b)


def greater(a: Operand, b: Operand) -> Operand:
    """The larger of two; piecewise analytic."""
    kind = _kind(a, b)
    return kind.greater(a, b) if kind else np.where(np.real(a) >= np.real(b), a, b)


def softplus(x: Operand) -> Operand:
    """``log(1 + exp(x))`` without overflow."""
    above, below = greater(x, 0.0), lesser(x, 0.0)
    return above + log(1.0 + exp(below - above))


def bend(x: Operand, e: Operand, p: Operand) -> Operand:
    """``(1 + x**e)**p`` for positive x without overflow: flat, then a power, smoothly joined."""
    kind = _kind(x, e, p)
    if kind and kind.is_text:
        return kind.power(1.0 + kind.power(x, e), p)
    return exp(p * softplus(e * log(x)))


def named(symbol: str, x: Operand) -> Operand:
    """The operand itself; written formulas show it by its symbol and define it below."""
    kind = _kind(x)
    return kind.named(symbol, x) if kind else x


def plain(x: Operand) -> Operand:
    """The real value of an operand, without derivatives."""
    return np.real(x.value if hasattr(x, "value") else x)


def root(
    residual: Callable[[Operand], Operand],
    slope: Callable[[Operand], Operand],
    low: Operand,
    high: Operand,
    halvings: int | None = None,
) -> Operand:
    """The root in y of an increasing residual, for laws that give y only implicitly.

    Bisection on plain values to machine precision, then two Newton steps on the operands: by the
    implicit function theorem they carry exact first and second derivatives.

    Parameters
    ----------
    residual, slope : function of y and its derivative in y; both close over the parameters.
    low, high : bracket; the residual is negative at low and positive at high.
    halvings : of the bracket; fewer where it is known to be narrow.
    """
    left, right = np.broadcast_arrays(plain(low), plain(high))
    left, right = np.array(left, dtype=float), np.array(right, dtype=float)
    for _ in range(BISECTIONS if halvings is None else halvings):
        middle = 0.5 * (left + right)
        below = plain(residual(middle)) < 0.0
        left, right = np.where(below, middle, left), np.where(below, right, middle)
    y: Operand = 0.5 * (left + right)
    for _ in range(2):
        y = y - residual(y) / slope(y)
    return y


BISECTIONS = 60  # halves a bracket below the spacing of float64


def _kind(*operands: Operand) -> type[Traced] | None:
    for operand in operands:
        if isinstance(operand, Traced):
            return type(operand)
    return None
