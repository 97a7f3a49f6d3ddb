"""Operands that record what a formula does to them: exact derivatives, LaTeX.

A formula is written once in plain arithmetic and the words of ``laws.algebra``; it then runs on
arrays (values), on jets (values with derivatives) and on expressions (text).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any, ClassVar, TypeAlias

LN_10 = math.log(10.0)

# An operand is a float, an array of any dtype (complex for the complex step) or a traced object.
Operand: TypeAlias = Any


class Traced(ABC):
    """An operand with its own arithmetic and its own version of every word of the algebra."""

    __array_ufunc__ = None  # numpy arrays hand mixed arithmetic over to us
    is_text: ClassVar[bool] = False  # whether the result is written rather than computed

    @abstractmethod
    def __add__(self, other: Operand) -> Operand: ...
    @abstractmethod
    def __mul__(self, other: Operand) -> Operand: ...
    @abstractmethod
    def __neg__(self) -> Operand: ...
    @abstractmethod
    def __sub__(self, other: Operand) -> Operand: ...
    @abstractmethod
    def __rsub__(self, other: Operand) -> Operand: ...
    @abstractmethod
    def __truediv__(self, other: Operand) -> Operand: ...
    @abstractmethod
    def __rtruediv__(self, other: Operand) -> Operand: ...
    @abstractmethod
    def __radd__(self, other: Operand) -> Operand: ...
    @abstractmethod
    def __rmul__(self, other: Operand) -> Operand: ...

    @classmethod
    @abstractmethod
    def exp(cls, x: Operand) -> Operand: ...
    @classmethod
    @abstractmethod
    def log(cls, x: Operand) -> Operand: ...
    @classmethod
    @abstractmethod
    def power(cls, x: Operand, e: Operand) -> Operand: ...
    @classmethod
    @abstractmethod
    def lesser(cls, a: Operand, b: Operand) -> Operand: ...
    @classmethod
    @abstractmethod
    def greater(cls, a: Operand, b: Operand) -> Operand: ...

    @classmethod
    def log10(cls, x: Operand) -> Operand:
        """Logarithm to base ten; kinds that write it override this."""
        return cls.log(x) / LN_10

    @classmethod
    def named(cls, symbol: str, x: Operand) -> Operand:
        """The operand itself; kinds that write it remember the symbol."""
        return x
