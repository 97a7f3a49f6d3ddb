"""A whole plan in words: decision, price, doubt, other goals, every question, what would change."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp

from isoflop.core.quantities import format_count
from isoflop.decide.choices import Choice
from isoflop.decide.detail import BASIS_WORDS, Answer
from isoflop.decide.plan_text import plan_text
from isoflop.decide.rivals import Rival
from isoflop.decide.sensitivity import Effect
from isoflop.decide.whole_plan import WholePlan

MOST_RIVALS = 8
MOST_EFFECTS = 8
STILL = 5e-4  # of a logarithm; smaller changes are written as none


def whole_text(found: WholePlan) -> str:
    """What goes to stdout: the answer first."""
    return "\n".join(_lines(found)) + "\n"


def whole_notes(found: WholePlan) -> str:
    """What goes to stderr: warnings with their codes, then the scope of the law."""
    lines = [f"note [{finding.code}] {finding.text}" for finding in found.warnings]
    lines += [f"scope of {found.plan.law}: {sentence}" for sentence in found.plan.scope]
    return "".join(f"{line}\n" for line in lines)


def _lines(found: WholePlan) -> Iterator[str]:
    yield plan_text(found.plan).rstrip("\n")
    yield from (f"  {name}  {words}" for name, words in price_lines(found))
    yield "Other goals under the same limits"
    yield from (f"  {choice.name}: {choice_words(choice)}" for choice in found.choices)
    yield "Questions"
    for answer in found.answers:
        yield from _question(answer)
    if found.rivals:
        yield "If another published law is the true one, at the same total compute"
    yield from (f"  {one.label}: {rival_words(one)}" for one in found.rivals[:MOST_RIVALS])
    yield "What would change this plan"
    for effect in found.effects[:MOST_EFFECTS]:
        yield f"  {effect.of} ({effect.how}): {effect_words(effect)}"


def price_lines(found: WholePlan) -> Iterator[tuple[str, str]]:
    """(name, words) of limits, days, money, layout and score."""
    for limit in found.limits:
        bought = "" if limit.lo == limit.hi else f": {limit.lo:.3g} to {limit.hi:.3g} FLOP"
        yield limit.name, f"at most {limit.said}{bought}"
    machines = found.machines
    if machines is not None:
        days, soon, late = machines.days(found.flop)
        low, _, high = machines.utilisation
        at = f"{low:.0%}" if low == high else f"{low:.0%} to {high:.0%}"
        yield (
            "time",
            f"{days:.3g} days ({soon:.3g} to {late:.3g}) on {machines.devices} x "
            f"{machines.chip.label} at {at} of the peak",
        )
        usd = machines.usd(found.flop)
        if usd is None:
            yield "money", "no price: give --set price=VALUE, or --recalled"
        else:
            value, least, most = (format_count(one) for one in usd)
            yield "money", f"{value} USD ({least} to {most}) for training"
    if found.place is not None:
        soon, late = found.place.days
        memory = found.place.memory
        yield (
            "layout",
            f"{found.place.layout.words}: {soon:.3g} to {late:.3g} days, "
            f"{memory.likely / 1e9:.3g} of {memory.capacity / 1e9:.3g} GB a device",
        )
    if found.score is not None:
        one = found.score
        yield "score", f"{one.target} {one.value:.4g} ({one.unit}) by {one.law}"


def choice_words(choice: Choice) -> str:
    """Another goal in one line."""
    serving = f" and {choice.serving:.3g} to serve" if choice.serving else ""
    days = "" if choice.days is None else f", {choice.days:.3g} days"
    usd = "" if choice.usd is None else f", {format_count(choice.usd)} USD"
    over = "" if choice.fits else " (beyond the limit on compute)"
    return (
        f"{format_count(choice.N)} on {format_count(choice.D)} tokens, loss {choice.loss:.4f}, "
        f"{choice.training:.3g} FLOP to train{over}{serving}{days}{usd}"
    )


def rival_words(rival: Rival) -> str:
    """Another law in one line, with what either mistake costs."""
    note = f" ({rival.note})" if rival.note else ""
    return (
        f"would train {format_count(rival.N)} on {format_count(rival.D)}; if it is right, this "
        f"plan wastes {rival.if_true[1]:.1%} of the compute; if it is wrong, following it wastes "
        f"{rival.if_followed[1]:.1%}{note}"
    )


def effect_words(effect: Effect) -> str:
    """What one change does, in words."""
    parts = [f"size {_times(effect.log_size)}"]
    if effect.loss is not None and max(map(abs, effect.loss)) >= STILL:
        parts.append(f"loss {effect.loss[0]:+.3f} to {effect.loss[1]:+.3f}")
    if max(map(abs, effect.log_cost)) >= STILL:
        parts.append(f"cost {_times(effect.log_cost)}")
    if effect.ignored is not None and effect.ignored >= STILL:
        parts.append(f"up to {effect.ignored:.1%} of the compute wasted if it is ignored")
    return ", ".join(parts)


def _question(answer: Answer) -> Iterator[str]:
    yield f"  {answer.name}: {answer.text}"
    yield f"    {rests(answer)}"
    for option in answer.options:
        values = ", ".join(f"{k} {short(v)}" for k, v in option.values.items())
        yield f"    or {option.name}: {values}; {option.price}"
    if answer.flat:
        yield f"    {answer.flat}"
    if answer.missing:
        yield f"    for a better answer: {answer.missing}"


def rests(answer: Answer) -> str:
    """What stands behind an answer, and how far from it the answer stands."""
    return BASIS_WORDS[answer.basis] + (f"; {answer.reach}" if answer.reach else "")


def short(value: float) -> str:
    """A number in few characters."""
    return format_count(value) if abs(value) >= 1e3 else f"{value:.3g}"


def _times(logs: tuple[float, float]) -> str:
    if max(map(abs, logs)) < STILL:
        return "unchanged"
    low, high = (exp(one) for one in logs)
    return f"x{low:.2f}" if high / low < 1.0 + STILL else f"x{low:.2f} to x{high:.2f}"
