"""The distillation law: stated losses, best teachers, costs, and recovery of its constants."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.errors import PlanError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.decide.distil import (
    Charge,
    Distillation,
    best_teacher,
    distil_or_not,
    distillation_flop,
)
from isoflop.fit.distillation import fit_distillation
from isoflop.testing.law_answers import matching_digits

LAW = Distillation()


def assert_digits(found: float, stated: float, tolerance: float) -> None:
    error = abs(found - stated) / abs(stated)
    message = f"{found:.12g} against {stated:.12g}: {matching_digits(error):.1f} digits match"
    assert error <= tolerance, message


@pytest.mark.parametrize(
    ("N", "D", "stated"), [(1e9, 2e10, 2.3747), (546e6, 128e9, 2.3103), (1.82e9, 512e9, 2.0834)]
)
def test_supervised_loss(N: float, D: float, stated: float) -> None:
    assert_digits(float(LAW.supervised(N, np.array([D]))[0]), stated, 3e-5)


@pytest.mark.parametrize(
    ("teacher", "stated"),
    [
        (2.0, 2.2850),
        (2.1, 2.2826),
        (2.2, 2.2969),
        (2.3, 2.3388),
        (2.4, 2.4103),
        (2.5, 2.5015),
        (2.6, 2.6001),
    ],
)
def test_student_loss_by_teacher(teacher: float, stated: float) -> None:
    assert_digits(float(LAW.student(546e6, 128e9, np.array([teacher]))[0]), stated, 3e-5)


@pytest.mark.parametrize(
    ("N", "D", "teacher", "student"),
    [(546e6, 128e9, 2.073, 2.2821), (1.82e9, 512e9, 1.909, 2.0703)],
)
def test_best_teacher_is_interior(N: float, D: float, teacher: float, student: float) -> None:
    found = best_teacher(LAW, N, D, 1.5, 2.7)
    assert found.is_interior
    assert_digits(found.teacher_loss, teacher, 3e-4)
    assert_digits(found.student_loss, student, 3e-5)
    assert found.student_loss < found.supervised_loss


def test_a_teacher_from_a_narrow_range_is_at_its_end() -> None:
    found = best_teacher(LAW, 546e6, 128e9, 2.3, 2.7)
    assert not found.is_interior
    assert found.teacher_loss == pytest.approx(2.3, abs=1e-5)


def test_an_empty_range_of_teachers_is_refused() -> None:
    with pytest.raises(PlanError, match="no teacher loss"):
        best_teacher(LAW, 546e6, 128e9, 2.7, 2.3)


def test_cost_of_a_student_adds_up_by_hand() -> None:
    teacher = Charge(params=8e9, tokens=2e11, logits=True, training=0.5)
    # 6 N D of the student, 2 N a token of the teacher's logits, half of the teacher's 6 N D.
    by_hand = 6 * 5e8 * 1e11 + 2 * 8e9 * 1e11 + 0.5 * 6 * 8e9 * 2e11
    assert distillation_flop(5e8, 1e11, teacher) == pytest.approx(by_hand, rel=1e-14)


def test_equal_compute_buys_fewer_tokens_with_a_teacher() -> None:
    teacher = Charge(params=3e9, tokens=6e10, logits=True, training=0.0)
    found = distil_or_not(LAW, 5e8, 1e20, teacher)
    assert distillation_flop(5e8, found.distil_tokens, teacher) == pytest.approx(1e20, rel=1e-12)
    assert 6 * 5e8 * found.supervised_tokens == pytest.approx(1e20, rel=1e-12)
    assert found.distil == (found.distil_loss < found.supervised_loss)


@pytest.mark.parametrize(
    ("N", "flop", "distil"),
    [(5e8, 1e20, True), (5e8, 1e21, False), (1.82e9, 5.6e21, True), (1.82e9, 3e23, False)],
)
def test_an_existing_teacher_pays_up_to_a_compute_that_grows_with_the_student(
    N: float, flop: float, distil: bool
) -> None:
    exists = Charge(params=7e9, tokens=2e12, logits=False, training=0.0)
    assert distil_or_not(LAW, N, flop, exists).distil is distil


def test_one_student_and_a_new_teacher_should_be_supervised() -> None:
    new = Charge(params=3e9, tokens=3e11, logits=True, training=1.0)
    assert not distil_or_not(LAW, 1.82e9, 5.6e21, new).distil


def test_a_teacher_beyond_the_budget_is_refused() -> None:
    with pytest.raises(PlanError, match="teacher alone costs"):
        distil_or_not(LAW, 5e8, 1e20, Charge(params=8e9, tokens=1e12, training=1.0))


def test_both_steps_recover_constants_that_are_not_the_published_ones() -> None:
    truth = dict(LAW.values) | {"A": 1800.0, "alpha": 0.31, "gamma": 0.8, "c0": 2.2, "d1": 1.25}
    truth |= {"E_s": 1.3, "beta_s": 0.42}
    world = Distillation(truth)
    N, D, T = (
        a.ravel()
        for a in np.meshgrid([2e8, 5e8, 1e9, 4e9], np.geomspace(4e9, 5e11, 5), [1.9, 2.1, 2.3, 2.6])
    )
    students = [world.student(*point)[0] for point in zip(N, D, T, strict=True)]
    n, d = (a.ravel() for a in np.meshgrid([2e8, 5e8, 1e9, 4e9], np.geomspace(4e9, 5e11, 5)))
    alone = [world.supervised(a, np.array([b]))[0] for a, b in zip(n, d, strict=True)]
    found = fit_distillation(
        table(params=n, tokens=d, loss=alone),
        table(params=N, tokens=D, teacher_loss=T, loss=students),
        resamples=0,
    )
    assert found.student.fixed == tuple(
        sorted(["c1", *(f"{name}_s" for name in found.supervised.values)])
    )
    for name in ("A", "alpha", "B", "beta", "gamma", "c0", "f1", "d1"):
        assert found.student.values[name] == pytest.approx(truth[name], rel=1e-6), name
    for name, value in found.supervised.values.items():
        assert value == pytest.approx(truth[f"{name}_s"], rel=1e-6), name


def table(**columns) -> Runs:
    frame = pl.DataFrame(columns).with_row_index("row", offset=1)
    return Runs(frame, Conventions(), Provenance("synthetic", "none"))
