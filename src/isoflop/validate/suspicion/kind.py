"""What a reason to doubt runs must tell, and how several reasons settle which runs are whose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, cast

import numpy as np

from isoflop.core.arrays import FloatArray, IntArray
from isoflop.core.members import find_members
from isoflop.validate.suspicion.evidence import Evidence

Stage: TypeAlias = Literal["record", "group", "run"]
"""record: the row contradicts itself or its units; group: a part of the table departs together;
run: a single loss does. Later stages see the rows that earlier ones left."""

STAGES: tuple[Stage, ...] = ("record", "group", "run")


@dataclass(frozen=True, eq=False)
class Claim:
    """Runs that one reason explains.

    Attributes
    ----------
    rows : indices into the table
    strength : (len(rows),) in standard deviations explained; the stronger reason keeps a row
    why : what was seen, with numbers, in one sentence without the names of the rows
    do : the next step
    """

    rows: IntArray
    strength: FloatArray
    why: str
    do: str


@dataclass(frozen=True)
class Kind:
    """One reason.

    Parameters
    ----------
    name : its file's name.
    code : its explanation is ``core/explanations/CODE.toml``.
    find : the claims it makes on the rows that are still open.
    """

    name: str
    code: str
    stage: Stage
    about: str
    find: Callable[[Evidence], Iterable[Claim]]


def kinds_of(stage: Stage) -> tuple[Kind, ...]:
    """Every reason of a stage, in order of code."""
    members = cast("tuple[Kind, ...]", find_members("isoflop.validate.suspicion.kinds", "KIND"))
    return tuple(sorted((k for k in members if k.stage == stage), key=lambda kind: kind.code))


def settle(claims: Sequence[tuple[Kind, Claim]]) -> list[tuple[Kind, Claim]]:
    """Claims with every row given to its strongest; a claim left without rows is dropped."""
    best: dict[int, tuple[float, int]] = {}
    for i, (_, claim) in enumerate(claims):
        for row, strength in zip(claim.rows.tolist(), claim.strength.tolist(), strict=True):
            if row not in best or strength > best[row][0]:
                best[row] = (strength, i)
    kept = []
    for i, (kind, claim) in enumerate(claims):
        own = np.array([best[row][1] == i for row in claim.rows.tolist()], dtype=bool)
        if own.any():
            kept.append((kind, replace(claim, rows=claim.rows[own], strength=claim.strength[own])))
    return kept
