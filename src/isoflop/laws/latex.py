"""Writes a law's formula, as LaTeX or as one line of text, by running it on expressions."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from isoflop.laws.expression import Expression, definitions, symbol
from isoflop.laws.law import Law

GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda"),
    *("mu", "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega"),
)
STRENGTH = {"add": 1, "subtract": 1, "negate": 2, "multiply": 3, "divide": 3, "power": 4}
ATOM = 5
SHOWN_LABELS = ("1", "2")  # vectors are written out over two labels


def latex(law: Law) -> str:
    """The formula in LaTeX, with the definitions of its named parts after it.

    Example
    -------
    >>> from isoflop.laws.catalogue import get_law
    >>> latex(get_law("chinchilla"))
    'L(N, D) = E + A\\\\,N^{-\\\\alpha} + B\\\\,D^{-\\\\beta}'
    """
    head, *rest = _equations(law, _Latex())
    return head + (r", \quad\text{where}\quad " + r", \quad ".join(rest) if rest else "")


def formula_text(law: Law) -> str:
    """The formula on one line for a terminal: ``L(N, D) = E + A*N^-alpha + B*D^-beta``."""
    head, *rest = _equations(law, _Plain())
    return head + (", where " + ", ".join(rest) if rest else "")


def latex_symbol(name: str) -> str:
    """A parameter name as LaTeX writes it: ``alpha_N`` as ``\\alpha_{N}``, ``x0`` as ``x_{0}``."""
    match = re.fullmatch(
        r"(?P<stem>[A-Za-z]+?)(?:_(?P<sub>\w+)|(?P<digits>\d+))?(?P<prime>'*)", name
    )
    if match is None:
        return rf"\mathrm{{{name}}}".replace("_", r"\_")
    subscript = match["sub"] or match["digits"]
    below = f"_{{{_subscript(subscript)}}}" if subscript else ""
    return _stem(match["stem"]) + below + match["prime"]


def _equations(law: Law, style: _Style) -> list[str]:
    law = law.bind(SHOWN_LABELS) if law.vectors else law
    names = (*law.inputs, *law.parameter_names)
    operands = [symbol(name) for name in names]
    target = "L" if law.target == "loss" else law.target
    if law.equation is not None:
        left, right = law.equation(symbol(target), *operands)
        head = f"{style.write(left)} = {style.write(right)}"
        parts = [left, right]
    else:
        right = law.formula(*operands)
        arguments = ", ".join(map(style.symbol, law.inputs))
        head = f"{style.symbol(target)}({arguments}) = {style.write(right)}"
        parts = [right]
    rest = definitions(parts)
    return [head, *(f"{style.symbol(name)} = {style.write(node)}" for name, node in rest.items())]


class _Style(ABC):
    """How each operation is written; parentheses follow from how strongly operations bind."""

    def write(self, node: Expression, at_least: int = 0) -> str:
        text = self._bare(node)
        return self.parentheses(text) if self.strength(node) < at_least else text

    def strength(self, node: Expression) -> int:
        return STRENGTH.get(node.operation, ATOM)

    def _bare(self, node: Expression) -> str:
        parts = node.parts
        match node.operation:
            case "symbol":
                return self.symbol(node.text)
            case "number":
                return node.text
            case "add":
                return f"{self.write(parts[0], 1)} + {self.write(parts[1], 1)}"
            case "subtract":
                return f"{self.write(parts[0], 1)} - {self.write(parts[1], 2)}"
            case "negate":
                return f"-{self.write(parts[0], 3)}"
            case "multiply":
                return self.product(parts[0], parts[1])
            case "divide":
                return self.quotient(parts[0], parts[1])
            case "power":
                return self.power(parts[0], parts[1])
            case _:
                return self.call(node.text, [self.write(part) for part in parts])

    @abstractmethod
    def parentheses(self, text: str) -> str: ...
    @abstractmethod
    def symbol(self, name: str) -> str: ...
    @abstractmethod
    def product(self, left: Expression, right: Expression) -> str: ...
    @abstractmethod
    def quotient(self, above: Expression, below: Expression) -> str: ...
    @abstractmethod
    def power(self, base: Expression, exponent: Expression) -> str: ...
    @abstractmethod
    def call(self, function: str, arguments: list[str]) -> str: ...


class _Latex(_Style):
    def strength(self, node: Expression) -> int:
        # A fraction holds together in a product, not under a power.
        return 4 if node.operation == "divide" else super().strength(node)

    def parentheses(self, text: str) -> str:
        return rf"\left({text}\right)"

    def symbol(self, name: str) -> str:
        return latex_symbol(name)

    def product(self, left: Expression, right: Expression) -> str:
        return rf"{self.write(left, 3)}\,{self.write(right, 3)}"

    def quotient(self, above: Expression, below: Expression) -> str:
        return rf"\frac{{{self.write(above)}}}{{{self.write(below)}}}"

    def power(self, base: Expression, exponent: Expression) -> str:
        # A prime is a superscript already: keep it apart from the exponent.
        text = self.write(base, ATOM)
        text = f"{{{text}}}" if text.endswith("'") else text
        return f"{text}^{{{self._raised(exponent)}}}"

    def _raised(self, exponent: Expression) -> str:
        # A fraction in an exponent is written on one line.
        if exponent.operation == "divide":
            return f"{self.write(exponent.parts[0], 3)}/{self.write(exponent.parts[1], 4)}"
        return self.write(exponent)

    def call(self, function: str, arguments: list[str]) -> str:
        word = r"\log_{10}" if function == "log10" else rf"\{function}"
        return rf"{word}\left({', '.join(arguments)}\right)"


class _Plain(_Style):
    def parentheses(self, text: str) -> str:
        return f"({text})"

    def symbol(self, name: str) -> str:
        return name

    def product(self, left: Expression, right: Expression) -> str:
        return f"{self.write(left, 3)}*{self.write(right, 3)}"

    def quotient(self, above: Expression, below: Expression) -> str:
        return f"{self.write(above, 3)}/{self.write(below, 4)}"

    def power(self, base: Expression, exponent: Expression) -> str:
        negative = exponent.operation == "negate"
        inner = exponent.parts[0] if negative else exponent
        text = self.write(inner, ATOM)
        return f"{self.write(base, ATOM)}^{'-' if negative else ''}{text}"

    def call(self, function: str, arguments: list[str]) -> str:
        return f"{function}({', '.join(arguments)})"


def _stem(stem: str) -> str:
    if stem in GREEK:
        return f"\\{stem}"
    return stem if len(stem) == 1 else rf"\mathrm{{{stem}}}"


def _subscript(text: str) -> str:
    if text == "inf":
        return r"\infty"
    return text if len(text) == 1 or text.isdigit() else rf"\mathrm{{{text}}}"
