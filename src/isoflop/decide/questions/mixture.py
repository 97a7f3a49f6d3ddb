"""Which shares of the data sources, under caps on repetition?"""

from __future__ import annotations

from isoflop.decide.case import Case
from isoflop.decide.detail import Answer, Detail, Option
from isoflop.decide.mixture_optimum import mixture_optimum
from isoflop.decide.plan import Estimate
from isoflop.decide.plan_findings import TRUSTED_EPOCHS
from isoflop.decide.repetition_caps import repetition_caps


def answer(case: Case) -> Answer:
    fit, unique = case.evidence.mixture, case.evidence.unique_of
    if fit is None:
        return Answer(
            name="mixture",
            text="No answer: shares cannot be advised without mixtures that were measured.",
            basis="nothing",
            missing="small runs of several mixtures: isoflop mix fit, --mixture-fit",
        )
    epochs = case.max_epochs or TRUSTED_EPOCHS
    caps = repetition_caps(unique, tokens=case.D, epochs=epochs) if unique else {}
    found = mixture_optimum(fit, caps=caps)
    value, low, high = found.gain
    shares = ", ".join(f"{name} {share[0]:.1%}" for name, share in found.shares.items())
    held = f"; held by {', '.join(found.binding)}" if found.binding else ""
    span = "" if low is None else f" ({low:.4f} to {high:.4f})"
    return Answer(
        name="mixture",
        text=f"{shares}: {value:.4f}{span} nat/token better than the best mixture measured{held}.",
        basis="own fit",
        values={name: Estimate(*share, "1") for name, share in found.shares.items()},
        options=tuple(
            Option(f"cap of {name}", {"share": cap}, f"{epochs:g} passes over its unique tokens")
            for name, cap in caps.items()
        ),
        flat="the intervals say how far a share may move between resamples",
        reach="; ".join(note.text for note in found.warnings) or "inside the measured mixtures",
        sources=tuple(source.key for source in found.cite()),
        findings=found.warnings,
        missing="" if unique else "unique tokens of each source, to cap repetition: --unique-of",
    )


QUESTION = Detail(
    name="mixture",
    asks="Which shares of the data sources, under caps on repetition?",
    order=70,
    answer=answer,
)
