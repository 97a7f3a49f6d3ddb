"""Which learning-rate schedule, and how long should it decay?"""

from __future__ import annotations

from isoflop.core.quantities import format_count
from isoflop.decide.case import Case
from isoflop.decide.detail import Answer, Detail, Option
from isoflop.decide.plan import Estimate
from isoflop.decide.rate_rules import advice_for
from isoflop.decide.schedule_optimum import ScheduleOptimum, best_schedule
from isoflop.fit.curve_fit.curve_fit import CurveFit

DECAY = (0.1, 0.2)  # share of the steps; haegele2024: 10-20% matches a tuned cosine
TOO_SHORT = 0.025  # minicpm2024: a decay this long is not enough
CONSTANT_PEAK = 0.5  # of the peak that is best for a cosine; haegele2024
WARMUP = 0.01  # share of the steps; assumption
MOST_STEPS = 20_000  # steps searched; the shape of the optimum hardly depends on them


def answer(case: Case) -> Answer:
    curve = case.evidence.curve
    return _published(case) if curve is None else _searched(case, curve)


def _published(case: Case) -> Answer:
    low, high = (share * case.D for share in DECAY)
    return Answer(
        name="schedule and decay",
        text=f"Warm up, hold, and decay over the last {DECAY[0]:.0%} to {DECAY[1]:.0%} of the "
        f"steps by 1 - sqrt, or linearly to zero: {format_count(low)} to {format_count(high)} "
        "tokens of decay.",
        basis="published",
        values={"decay_share": Estimate(DECAY[0], *DECAY, "1")},
        options=(
            Option(
                "cosine over the whole run",
                {"decay_share": 1.0},
                "about as good if its length is right (haegele2024), but no other length can be "
                "read off the same run",
            ),
            Option(
                f"decay over {TOO_SHORT:.1%}",
                {"decay_share": TOO_SHORT},
                "not enough (minicpm2024)",
            ),
        ),
        flat=f"any decay from {DECAY[0]:.0%} to {DECAY[1]:.0%} matches a tuned cosine; a constant "
        f"rate wants about {CONSTANT_PEAK:g} of the cosine's peak",
        reach="range of evidence not published",
        sources=("haegele2024", "minicpm2024"),
        missing="logged losses under two schedules: isoflop curves fit, --curve-fit",
    )


def _searched(case: Case, curve: CurveFit) -> Answer:
    advice = advice_for(case)[0]
    assert advice.lr is not None
    assert advice.batch is not None
    peak = curve.evidence["peak"][1] if "peak" in curve.evidence else advice.lr
    steps = min(round(case.D / advice.batch), MOST_STEPS)
    size = case.N if curve.law.needs_size else None
    found = best_schedule(curve, steps=steps, peak=peak, warmup=round(WARMUP * steps), size=size)
    shape = found.shape
    return Answer(
        name="schedule and decay",
        text=f"Decay over the last {shape.decay:.1%} of the steps to {shape.last:.2g} of the peak: "
        f"loss {found.loss:.4f} by {curve.label or curve.law.name}, at a peak of {peak:.3g} and "
        f"{steps} steps.",
        basis="own fit" if "peak" in curve.evidence else "published",
        values={"decay_share": Estimate(shape.decay, None, None, "1")},
        options=tuple(_usual(found)),
        flat="the differences above are what another schedule costs under this law",
        reach="; ".join(note.text for note in found.notes) or "inside the evidence",
        sources=("mpl2025",),
        findings=found.notes,
    )


def _usual(found: ScheduleOptimum) -> list[Option]:
    ranked = sorted(found.others.items(), key=lambda pair: pair[1])
    return [
        Option(name, {"loss": loss}, f"{loss - found.loss:+.4f} nat/token")
        for name, loss in ranked[:4]
    ]


QUESTION = Detail(
    name="schedule",
    asks="Which learning-rate schedule, and how long should it decay?",
    order=50,
    answer=answer,
)
