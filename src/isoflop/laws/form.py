"""A law from one line of text: ``E + A*N**-a + B*D**-b; a in 0.05..1; input G = granularity``.

The text is parsed, never executed: numbers, names, ``+ - * / **``, brackets and a few functions.
Names of inputs are fixed; every other name is a parameter, whose bounds follow from its place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from isoflop.core.errors import UsageError
from isoflop.core.quantities import is_canonical, quantity
from isoflop.laws.algebra import exp, greater, lesser, log, log10, power, softplus
from isoflop.laws.law import Law
from isoflop.laws.parameter import Axis, Parameter
from isoflop.laws.traced import Operand

PREFIX = "form:"
INPUTS = ("N", "N_ne", "N_active", "D", "U", "C", "M", "epochs", "lr", "x")
FUNCTIONS: dict[str, tuple[int, Callable[..., Operand]]] = {
    "exp": (1, exp),
    "log": (1, log),
    "log10": (1, log10),
    "sqrt": (1, lambda x: power(x, 0.5)),
    "softplus": (1, softplus),
    "min": (2, lesser),
    "max": (2, greater),
}
LONGEST = 500  # characters; no form of use is longer, and parsing stays shallow
BOUNDS = {  # assumptions, each replaced by a clause "NAME in LOW..HIGH"
    "exponent": (0.01, 3.0),
    "floor": (0.0, 1e3),
    "coefficient": (1e-9, 1e15),
    "inner": (1e-6, 1e6),
}
RANGE = re.compile(r"(?P<name>\w+)\s+in\s+(?P<low>[-+.\deE]+?)\s*\.\.\s*(?P<high>[-+.\deE]+)")
INPUT = re.compile(r"input\s+(?P<name>\w+)(?:\s*=\s*(?P<column>[\w/]+))?")
OWN_RANGE = (1.0, 100.0)  # where checks draw an input of the user's own


def law_from_form(text: str) -> Law:
    """The law a line of text states; its name is the text, so a saved fit needs no code.

    Parameters
    ----------
    text : the form, then clauses after semicolons: ``NAME in LOW..HIGH`` bounds a parameter,
        ``input NAME = COLUMN`` makes a name an input.

    Raises
    ------
    UsageError
        E119 if the text is not such a form; the place is shown.

    Example
    -------
    >>> law = law_from_form("E + A*N**-a + B*D**-b")
    >>> law.inputs, law.parameter_names, law.linear
    (('N', 'D'), ('E', 'A', 'a', 'B', 'b'), ('E', 'A', 'B'))
    """
    text = text.removeprefix(PREFIX).strip()
    head, *clauses = [part.strip() for part in text.split(";")]
    bounds, columns = _clauses(clauses, text)
    tree = _tree(head, text)
    reader = _Reader(text, (*INPUTS, *columns))
    reader.read(tree, "floor")
    for name in bounds:
        if name not in reader.roles:
            raise _refused(text, f"bounds are given for '{name}', which is no parameter of it")
    if not reader.inputs or not reader.roles:
        lacking = "input" if not reader.inputs else "parameter"
        raise _refused(text, f"it has no {lacking} (inputs: {', '.join(INPUTS)})")
    parameters = tuple(_parameter(n, r, bounds) for n, r in reader.roles.items())
    inputs = tuple(reader.inputs)
    names = (*inputs, *reader.roles)

    def formula(*operands: Operand) -> Operand:
        return _value(tree, dict(zip(names, operands, strict=True)))

    law = Law(
        name=PREFIX + text,
        target="loss",
        inputs=inputs,
        formula=formula,
        source="",
        parameters=parameters,
        axes=tuple(_axis(name, column) for name, column in columns.items() if name in inputs),
        about="A form of the user's own.",
        scope=("No evidence comes with this form but that of the runs it is fitted to.",),
    )
    try:
        law.linear  # noqa: B018 - evaluates the form once, so that 1/0 is refused here
    except ArithmeticError as error:
        raise _refused(text, f"it cannot be computed ({error})") from None
    return law


@dataclass
class _Reader:
    """Walks a form once: what are inputs, and which place each parameter takes."""

    text: str
    known: tuple[str, ...]
    inputs: list[str] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)

    def read(self, node: ast.expr, role: str) -> None:
        """Check a node and note the names below it; ``role`` is the place the node takes."""
        if isinstance(node, ast.Constant):
            if isinstance(node.value, bool) or not isinstance(node.value, int | float):
                raise self._at(node, "is not a number")
        elif isinstance(node, ast.Name):
            self._name(node.id, role)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            self.read(node.operand, role)
        elif isinstance(node, ast.BinOp):
            self._operation(node, role)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            arity, _ = FUNCTIONS.get(node.func.id, (-1, None))
            if arity != len(node.args):
                known = ", ".join(f"{n}({k})" for n, (k, _) in FUNCTIONS.items())
                raise self._at(node, f"is no function with so many arguments ({known})")
            for argument in node.args:
                self.read(argument, "inner")
        else:
            raise self._at(node, "is not part of a form")

    def _operation(self, node: ast.BinOp, role: str) -> None:
        if isinstance(node.op, ast.Add | ast.Sub):
            places = (role, role)
        elif isinstance(node.op, ast.Mult | ast.Div):
            inside = role if role in ("exponent", "inner") else "coefficient"
            places = (inside, inside)
        elif isinstance(node.op, ast.Pow):
            places = ("inner" if role != "exponent" else role, "exponent")
        else:
            raise self._at(node, "uses an operator that is not + - * / **")
        for part, place in zip((node.left, node.right), places, strict=True):
            self.read(part, place)

    def _name(self, name: str, role: str) -> None:
        if name in self.known:
            if name not in self.inputs:
                self.inputs.append(name)
        elif name in FUNCTIONS:
            raise _refused(self.text, f"'{name}' is a function: write {name}(...)")
        else:
            self.roles.setdefault(name, role)

    def _at(self, node: ast.expr, why: str) -> UsageError:
        part = ast.get_source_segment(self.text, node) or "a part of it"
        return _refused(self.text, f"'{part}' {why}")


def _clauses(
    clauses: list[str], text: str
) -> tuple[dict[str, tuple[float, float]], dict[str, str]]:
    bounds: dict[str, tuple[float, float]] = {}
    columns: dict[str, str] = {}
    for clause in clauses:
        if match := RANGE.fullmatch(clause):
            try:
                low, high = float(match["low"]), float(match["high"])
            except ValueError:
                raise _refused(text, f"'{clause}' does not give two numbers") from None
            if not low < high:
                raise _refused(text, f"'{clause}' does not go from low to high")
            bounds[match["name"]] = (low, high)
        elif match := INPUT.fullmatch(clause):
            columns[match["name"]] = match["column"] or match["name"]
        else:
            raise _refused(
                text, f"'{clause}' is no clause (NAME in LOW..HIGH, or input NAME = COLUMN)"
            )
    return bounds, columns


def _tree(head: str, text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise _refused(text[:60] + " ...", f"it is longer than {LONGEST} characters")
    try:
        return ast.parse(head, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = f" near column {error.offset}" if isinstance(error, SyntaxError) else ""
        raise _refused(text, f"it does not read as a formula{place}") from None


def _value(node: ast.expr, names: Mapping[str, Operand]) -> Operand:
    if isinstance(node, ast.Constant):
        assert isinstance(node.value, int | float)
        return float(node.value)
    if isinstance(node, ast.Name):
        return names[node.id]
    if isinstance(node, ast.UnaryOp):
        value = _value(node.operand, names)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        return FUNCTIONS[node.func.id][1](*(_value(part, names) for part in node.args))
    assert isinstance(node, ast.BinOp)
    left, right = _value(node.left, names), _value(node.right, names)
    if isinstance(node.op, ast.Add):
        return left + right
    if isinstance(node.op, ast.Sub):
        return left - right
    if isinstance(node.op, ast.Mult):
        return left * right
    return left / right if isinstance(node.op, ast.Div) else power(left, right)


def _parameter(name: str, role: str, bounds: Mapping[str, tuple[float, float]]) -> Parameter:
    low, high = bounds.get(name, BOUNDS[role])
    return Parameter(name, "as in the form", low, high, f"{role} of the form")


def _axis(name: str, column: str) -> Axis:
    if is_canonical(column):
        known = quantity(column)
        return Axis(name, column, known.unit, known.name, 1e3, 1e9)
    return Axis(name, column, "as in the table", f"column {column}", *OWN_RANGE)


def _refused(text: str, why: str) -> UsageError:
    return UsageError(
        f"This form cannot be used: {why}.",
        where=text,
        matters="a form is numbers, names, + - * / **, brackets and functions; nothing else runs.",
        do='write it like "E + A*N**-a + B*D**-b; a in 0.05..1; input G = granularity".',
        code="E119",
    )
