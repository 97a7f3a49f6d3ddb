"""Should the model be distilled from a larger one, or trained plainly?"""

from __future__ import annotations

from isoflop.core.errors import PlanError
from isoflop.core.quantities import format_count
from isoflop.decide.case import Case, Teacher
from isoflop.decide.detail import Answer, Detail, Option
from isoflop.decide.distil import Charge, Distillation, DistilOrNot, distil_or_not
from isoflop.decide.plan import Estimate

NAME = "distil or train"
LARGER = 2.0  # times the size: the teacher assumed where none is named
STUDENTS = (1, 2, 5, 20)  # that share the training of a teacher which does not exist yet


def answer(case: Case) -> Answer:
    named = case.evidence.teacher
    # Without a name: a teacher of twice the size, trained on half the tokens, from scratch.
    teacher = named or Teacher(LARGER * case.N, case.D / LARGER, exists=False)
    outcomes = _outcomes(case, teacher)
    if not outcomes:
        return Answer(
            NAME,
            "Train plainly: the compute does not even pay for a teacher.",
            "published",
            sources=("busbridge2025",),
        )
    name, first = next(iter(outcomes.items()))
    gain = first.supervised_loss - first.distil_loss
    verdict = "Distil" if first.distil else "Train plainly"
    whose = "the teacher named" if named else f"a teacher of {format_count(teacher.params)}"
    return Answer(
        name=NAME,
        text=f"{verdict}: at the same compute {whose} ({name}) makes the loss "
        f"{abs(gain):.4f} nat/token {'lower' if gain > 0 else 'higher'} by the published law.",
        basis="published",
        values={
            "distil_loss": Estimate(first.distil_loss, None, None, "nat/token"),
            "plain_loss": Estimate(first.supervised_loss, None, None, "nat/token"),
            "distil_tokens": Estimate(first.distil_tokens, None, None, "tokens"),
        },
        options=tuple(_option(one, found) for one, found in list(outcomes.items())[1:]),
        flat="the law errs by about 1% of the loss, which is more than most of these differences",
        reach="the losses are of its own data and tokenizer; range of evidence not published",
        sources=("busbridge2025",),
        missing="" if named else "a teacher at hand: --teacher-params, --teacher-tokens",
    )


def _outcomes(case: Case, teacher: Teacher) -> dict[str, DistilOrNot]:
    """{how the teacher is paid: outcome}; ways that the compute does not pay are left out."""
    law = Distillation()
    if teacher.exists:
        ways = {"already trained": 0.0}
    else:
        ways = {f"shared by {n} student{'s' if n > 1 else ''}": 1.0 / n for n in STUDENTS}
        ways["already trained"] = 0.0
    found = {}
    for name, training in ways.items():
        charge = Charge(teacher.params, teacher.tokens, training=training)
        try:
            found[name] = distil_or_not(law, case.N, case.C, charge)
        except PlanError:
            continue
    return found


def _option(name: str, found: DistilOrNot) -> Option:
    gain = found.distil_loss - found.supervised_loss
    return Option(
        f"teacher {name}",
        {"distil_loss": found.distil_loss, "distil_tokens": found.distil_tokens},
        f"{gain:+.4f} nat/token against plain training",
    )


QUESTION = Detail(
    name="distil",
    asks="Should the model be distilled from a larger one, or trained plainly?",
    order=100,
    answer=answer,
)
