"""Operands that record what a formula does to them: exact derivatives, LaTeX.

A formula is written once in plain arithmetic and the words of ``laws.algebra``; it then runs on
arrays (values), on jets (values with derivatives) and on expressions (text).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, TypeAlias

# An operand is a float, an array of any dtype (complex for the complex step) or a traced object.
Operand: TypeAlias = Any


class Traced(ABC):
    """An operand with its own arithmetic and its own version of every word of the algebra."""

    __array_ufunc__ = None  # numpy arrays hand mixed arithmetic over to us

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
