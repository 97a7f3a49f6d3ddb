"""Parts a Python file into its code and the English in its docstrings."""

from __future__ import annotations

import ast
import inspect
import warnings
from dataclasses import dataclass

_Documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Parts:
    """One module: its code without docstrings, and its docstrings with a blank line between."""

    code: str
    text: str


def parted(source: str) -> Parts | None:
    """The two parts of a module; None if this version of Python cannot parse it.

    The code still parses: a body that was only a docstring becomes ``pass``.
    """
    source = source.replace("\r\n", "\n")
    # Not str.splitlines, which also cuts at form feeds; the parser does not.
    lines: list[str | None] = list(source.split("\n"))
    try:
        with warnings.catch_warnings():
            # Foreign code's own invalid escapes; they change nothing here.
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    texts = []
    for node in ast.walk(tree):
        if isinstance(node, _Documented) and (found := _docstring(node)) is not None:
            statement, text = found
            texts.append((statement.lineno, inspect.cleandoc(text)))
            _remove(lines, statement, is_all=len(node.body) == 1)
    text = "\n\n".join(text for _, text in sorted(texts) if text)
    return Parts("\n".join(line for line in lines if line is not None), text)


def _docstring(
    node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef,
) -> tuple[ast.Expr, str] | None:
    first = node.body[0] if node.body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        value = first.value.value
        return (first, value) if isinstance(value, str) else None
    return None


def _remove(lines: list[str | None], statement: ast.Expr, *, is_all: bool) -> None:
    """Take a statement out in place; removed lines become None so that numbers stay true."""
    first, last = statement.lineno - 1, (statement.end_lineno or statement.lineno) - 1
    before = (lines[first] or "").encode()[: statement.col_offset].decode()
    after = (lines[last] or "").encode()[statement.end_col_offset :].decode()
    lines[first : last + 1] = [None] * (last + 1 - first)
    if is_all or before.strip() or after.strip():
        lines[first] = before + "pass" + after
