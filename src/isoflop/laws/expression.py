"""Operands that write down what a formula does to them: the source of LaTeX and terminal text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias

from isoflop.laws.traced import Operand, Traced

Operation: TypeAlias = Literal[
    "symbol", "number", "add", "subtract", "negate", "multiply", "divide", "power", "call"
]


@dataclass(frozen=True, eq=False)
class Expression(Traced):
    """A node of a written formula.

    Attributes
    ----------
    operation : what joins the parts.
    text : name of a symbol, digits of a number, or the function called.
    parts : operands of the operation.
    definition : what a named symbol stands for.
    """

    is_text: ClassVar[bool] = True

    operation: Operation
    text: str = ""
    parts: tuple[Expression, ...] = field(default=())
    definition: Expression | None = None

    def __add__(self, other: Operand) -> Expression:
        right = _written(other)
        if right.operation == "negate":
            return _node("subtract", self, right.parts[0])
        return _node("add", self, right)

    def __radd__(self, other: Operand) -> Expression:
        return _written(other) + self

    def __neg__(self) -> Expression:
        return self.parts[0] if self.operation == "negate" else _node("negate", self)

    def __sub__(self, other: Operand) -> Expression:
        difference: Expression = self + -_written(other)
        return difference

    def __rsub__(self, other: Operand) -> Expression:
        difference: Expression = _written(other) - self
        return difference

    def __mul__(self, other: Operand) -> Expression:
        right = _written(other)
        if self.operation == "negate":
            return -(self.parts[0] * right)
        if right.operation == "negate":
            return -(self * right.parts[0])
        return _node("multiply", self, right)

    def __rmul__(self, other: Operand) -> Expression:
        product: Expression = _written(other) * self
        return product

    def __truediv__(self, other: Operand) -> Expression:
        if self.operation == "negate":
            return -(self.parts[0] / _written(other))
        return _node("divide", self, _written(other))

    def __rtruediv__(self, other: Operand) -> Expression:
        return _node("divide", _written(other), self)

    @classmethod
    def exp(cls, x: Operand) -> Expression:
        return _call("exp", x)

    @classmethod
    def log(cls, x: Operand) -> Expression:
        return _call("log", x)

    @classmethod
    def log10(cls, x: Operand) -> Expression:
        return _call("log10", x)

    @classmethod
    def power(cls, x: Operand, e: Operand) -> Expression:
        return _node("power", _written(x), _written(e))

    @classmethod
    def lesser(cls, a: Operand, b: Operand) -> Expression:
        return _call("min", a, b)

    @classmethod
    def greater(cls, a: Operand, b: Operand) -> Expression:
        return _call("max", a, b)

    @classmethod
    def named(cls, symbol: str, x: Operand) -> Expression:
        return Expression("symbol", symbol, definition=_written(x))


def symbol(name: str) -> Expression:
    """An input or a parameter, by name."""
    return Expression("symbol", name)


def definitions(roots: Sequence[Expression]) -> dict[str, Expression]:
    """Named parts of formulas in the order they are needed: {symbol: what it stands for}."""
    found: dict[str, Expression] = {}
    for root in roots:
        _collect(root, found)
    return found


def _collect(node: Expression, found: dict[str, Expression]) -> None:
    for part in node.parts:
        _collect(part, found)
    if node.definition is not None and node.text not in found:
        _collect(node.definition, found)
        found[node.text] = node.definition


def _written(x: Any) -> Expression:  # Any: whatever a formula mixes with its operands
    if isinstance(x, Expression):
        return x
    number = Expression("number", f"{abs(float(x)):.6g}")
    return -number if float(x) < 0.0 else number


def _node(operation: Operation, *parts: Expression) -> Expression:
    return Expression(operation, parts=parts)


def _call(function: str, *arguments: Operand) -> Expression:
    return Expression("call", function, tuple(_written(argument) for argument in arguments))
