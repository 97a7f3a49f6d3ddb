"""Whether to distil, from which teacher, and what it costs (busbridge2025)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import PlanError
from isoflop.laws.catalogue import get_law, get_published
from isoflop.laws.law import Law

FORWARD = 2.0  # FLOP a parameter and token, forward; backward costs twice as much
STEPS = 400  # of the grid that brackets a minimum


@dataclass(frozen=True)
class Distillation:
    """The student law with its values; the published set by default."""

    values: Mapping[str, float] = field(
        default_factory=lambda: get_published("distillation_student")[1].values
    )
    law: Law = field(default_factory=lambda: get_law("distillation_student"))

    def student(self, N: float, D: float, teacher_loss: FloatArray) -> FloatArray:
        """Loss of a student of N parameters after D tokens, (n,) over teacher losses."""
        return self.law.predict({"N": N, "D": D, "L_T": teacher_loss}, self.values)

    def supervised(self, N: float, D: FloatArray) -> FloatArray:
        """Loss without a teacher, (n,)."""
        names = ("E", "A", "alpha", "B", "beta", "gamma")
        held = {name: self.values[f"{name}_s"] for name in names}
        return get_law("distillation_supervised").predict({"N": N, "D": D}, held)


@dataclass(frozen=True)
class BestTeacher:
    """The teacher loss that serves one student best.

    Attributes
    ----------
    is_interior : a better teacher than this would hurt (capacity gap)
    """

    teacher_loss: float
    student_loss: float
    supervised_loss: float
    is_interior: bool


def best_teacher(law: Distillation, N: float, D: float, low: float, high: float) -> BestTeacher:
    """Minimise the student's loss over the teacher's.

    Parameters
    ----------
    N, D : parameters of the student and its distillation tokens.
    low, high : teacher losses to be had, nat/token.

    Raises
    ------
    PlanError
        E559 if the range is empty.
    """
    from scipy.optimize import minimize_scalar

    if not 0.0 < low < high:
        raise PlanError(
            f"There is no teacher loss between {low:g} and {high:g}.",
            where="low, high",
            matters="nothing was minimised.",
            do="give the losses of the best and the worst teacher to be had, best first.",
            code="E559",
        )
    grid = np.linspace(low, high, STEPS)
    at = int(np.argmin(law.student(N, D, grid)))
    bounds = (float(grid[max(at - 1, 0)]), float(grid[min(at + 1, STEPS - 1)]))
    found = minimize_scalar(
        lambda loss: float(law.student(N, D, np.array([loss]))[0]),
        bounds=bounds,
        method="bounded",
        options={"xatol": 1e-8},
    )
    return BestTeacher(
        float(found.x),
        float(found.fun),
        float(law.supervised(N, np.array([D]))[0]),
        0 < at < STEPS - 1,
    )


@dataclass(frozen=True)
class Charge:
    """Which part of the teacher is paid for.

    Attributes
    ----------
    params : of the teacher
    tokens : it is trained on
    logits : whether its forward passes over the distillation tokens are paid (not if stored)
    training : share of its training that this student pays: 0 for one that exists, 1/n for one
        shared by n students
    """

    params: float
    tokens: float
    logits: bool = True
    training: float = 0.0


def distillation_flop(N: float, D: float, teacher: Charge) -> float:
    """FLOP of training a student: 3 F(N_S) D_S + F(N_T) (logits D_S + 3 training D_T), F = 2N."""
    extra = float(teacher.logits) * D + 3.0 * teacher.training * teacher.tokens
    return FORWARD * (3.0 * N * D + teacher.params * extra)


@dataclass(frozen=True)
class DistilOrNot:
    """Distilling against training alone, at the same compute.

    Attributes
    ----------
    distil_tokens, supervised_tokens : what the compute buys either way
    """

    distil: bool
    distil_tokens: float
    distil_loss: float
    supervised_tokens: float
    supervised_loss: float


def distil_or_not(law: Distillation, N: float, flop: float, teacher: Charge) -> DistilOrNot:
    """Compare one student with and without a teacher at equal compute.

    The teacher's loss is that of the supervised law at its size and tokens.

    Raises
    ------
    PlanError
        E559 if the compute does not even pay the teacher.
    """
    fixed = FORWARD * teacher.params * 3.0 * teacher.training * teacher.tokens
    each = FORWARD * (3.0 * N + float(teacher.logits) * teacher.params)
    if flop <= fixed:
        raise PlanError(
            f"The teacher alone costs {fixed:.3g} of {flop:.3g} FLOP.",
            where=f"teacher of {teacher.params:g} parameters and {teacher.tokens:g} tokens",
            matters="nothing is left to train the student.",
            do="raise the budget, share the teacher among more students, or use one that exists.",
            code="E559",
        )
    tokens, alone = (flop - fixed) / each, flop / (FORWARD * 3.0 * N)
    teacher_loss = law.supervised(teacher.params, np.array([teacher.tokens]))
    with_teacher = float(law.student(N, tokens, teacher_loss)[0])
    without = float(law.supervised(N, np.array([alone]))[0])
    return DistilOrNot(with_teacher < without, tokens, with_teacher, alone, without)
