"""Loss of a student from its size, its distillation tokens and the loss of its teacher."""

from __future__ import annotations

from isoflop.laws.algebra import bend, named, power
from isoflop.laws.law import Axis, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def loss(
    N: Operand,
    D: Operand,
    L_T: Operand,
    A: Operand,
    alpha: Operand,
    B: Operand,
    beta: Operand,
    gamma: Operand,
    c0: Operand,
    c1: Operand,
    f1: Operand,
    d1: Operand,
    E_s: Operand,
    A_s: Operand,
    alpha_s: Operand,
    B_s: Operand,
    beta_s: Operand,
    gamma_s: Operand,
) -> Operand:
    alone = E_s + power(A_s * power(N, -alpha_s) + B_s * power(D, -beta_s), gamma_s)
    gap = bend(L_T / (named("L_s", alone) * d1), 1.0 / f1, -c1 * f1)
    own = power(A * power(N, -alpha) + B * power(D, -beta), gamma)
    return L_T + power(L_T, -c0) * gap * own


# Teacher loss and student loss at 546M parameters, 128B tokens, as checked in the catalogue.
CHECKED = (
    (2.0, 2.2850), (2.1, 2.2826), (2.2, 2.2969), (2.3, 2.3388),
    (2.4, 2.4103), (2.5, 2.5015), (2.6, 2.6001), (2.073, 2.2821),
)  # fmt: skip

LAW = Law(
    name="distillation_student",
    entry="X85",
    about="What a teacher's loss does to a student: a better teacher helps, up to a capacity gap.",
    target="loss",
    inputs=("N", "D", "L_T"),
    formula=loss,
    source="busbridge2025",
    axes=(
        Axis("N", "params", "parameters", "size of the student", 1e8, 1e10),
        Axis("D", "tokens", "tokens", "distillation tokens", 1e9, 1e12),
        Axis("L_T", "teacher_loss", "nat/token", "loss of the teacher on the same text", 1.8, 3.0),
    ),
    parameters=(
        Parameter("A", "1", 1e-3, 1e12, "price of a small student"),
        Parameter("alpha", "1", 0.01, 2.0, "return on the student's size, before gamma"),
        Parameter("B", "1", 1e-3, 1e12, "price of too few distillation tokens"),
        Parameter("beta", "1", 0.01, 2.0, "return on distillation tokens, before gamma"),
        Parameter("gamma", "1", 0.05, 2.0, "power of the sum"),
        Parameter("c0", "1", 0.0, 10.0, "how a good teacher raises the student's own term"),
        Parameter("c1", "1", 1e-2, 1e4, "decay once the teacher is worse; degenerate, hold it"),
        Parameter("f1", "1", 0.01, 10.0, "breadth of the transition"),
        Parameter("d1", "1", 0.1, 10.0, "teacher over supervised loss at the transition"),
        Parameter("E_s", "nat/token", 0.0, 10.0, "E of distillation_supervised; hold it (--fix)"),
        Parameter("A_s", "1", 1e-3, 1e12, "A of distillation_supervised; hold it (--fix)"),
        Parameter("alpha_s", "1", 0.01, 2.0, "alpha of distillation_supervised; hold it (--fix)"),
        Parameter("B_s", "1", 1e-3, 1e12, "B of distillation_supervised; hold it (--fix)"),
        Parameter("beta_s", "1", 0.01, 2.0, "beta of distillation_supervised; hold it (--fix)"),
        Parameter("gamma_s", "1", 0.05, 2.0, "gamma of distillation_supervised; hold it (--fix)"),
    ),
    published=(
        Published(
            source="busbridge2025",
            where="distillation law, 697 runs, C4 validation, arXiv 2502.08606",
            values={
                "A": 2243.0, "alpha": 0.321, "B": 24181.0, "beta": 0.637, "gamma": 0.764,
                "c0": 2.549, "c1": 522.6, "f1": 0.090, "d1": 1.315,
                "E_s": 1.220, "A_s": 3355.0, "alpha_s": 0.408,
                "B_s": 18186.0, "beta_s": 0.431, "gamma_s": 0.452,
            },
            counts="unknown",
            note="90% intervals: A 2227-2255, alpha .319-.324, B 24084-24266, beta .634-.640, "
            "gamma .732-.788, c0 2.425-2.615, f1 .088-.093, d1 1.302-1.327; c1 522.6-522.6 has "
            "no width because no resample moved it: a flat direction, not certainty.",
            reported=tuple(
                Reported({"N": 546e6, "D": 128e9, "L_T": teacher}, {"loss": student}, 4e-5)
                for teacher, student in CHECKED
            ),
        ),
    ),
    scope=(
        "Fit distillation_supervised first and hold its six values; hold c1 too, it is "
        "degenerate: fit.distillation does both.",
        "Teacher and student losses on the same text and tokenizer, in nat/token.",
        "Pure distillation weight, temperature one, forward divergence.",
        "Constants do not mix with those of another law: floors and exponents differ.",
    ),
)  # fmt: skip
