"""Vectors of a law: a name that ends in ``/*`` stands for one number a label.

``share/*`` over the labels web and code becomes ``share/web`` and ``share/code``; the formula takes
the vector as one tuple in the order of the labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from isoflop.laws.traced import Operand

EACH = "/*"


def is_vector(name: str) -> bool:
    """Whether a name stands for one number a label."""
    return name.endswith(EACH)


def expanded(names: Sequence[str], labels: Sequence[str]) -> tuple[str, ...]:
    """Names with every vector written out over the labels."""
    written: list[str] = []
    for name in names:
        stem = name.removesuffix(EACH)
        written += [f"{stem}/{label}" for label in labels] if is_vector(name) else [name]
    return tuple(written)


def gathered(
    formula: Callable[..., Operand], names: Sequence[str], n_labels: int
) -> Callable[..., Operand]:
    """The formula on flat operands: those of one vector are gathered into a tuple."""

    def flat(*operands: Operand) -> Operand:
        arguments: list[object] = []
        position = 0
        for name in names:
            width = n_labels if is_vector(name) else 1
            part = operands[position : position + width]
            arguments.append(part if is_vector(name) else part[0])
            position += width
        return formula(*arguments)

    return flat
