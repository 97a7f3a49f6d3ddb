"""A whole plan as one self-contained HTML page: decision, price, doubt, what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from isoflop import __version__
from isoflop.core.explain import explanations
from isoflop.core.quantities import format_count
from isoflop.decide.detail import Answer
from isoflop.decide.plan import NO_INTERVAL, Estimate
from isoflop.decide.plan_text import REACH_WORDS
from isoflop.decide.sensitivity import Effect
from isoflop.decide.whole_plan import WholePlan
from isoflop.decide.whole_text import choice_words, effect_words, price_lines, rests, short
from isoflop.show.html import Html, bullets, facts, table, tag

MOST_RIVALS = 10
MOST_EFFECTS = 9
BAR = 120.0  # pixels of the widest bar
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def plan_html(found: WholePlan) -> str:
    """The page; equal plans give equal bytes (there is no clock in it)."""
    title = f"Training plan by {found.plan.label}"
    sections: list[tuple[str, Sequence[Html]]] = [
        ("The decision", _decision(found)),
        ("How sure", _doubt(found)),
        ("Other goals under the same limits", _choices(found)),
        ("What would change this plan", _effects(found)),
        ("The questions that follow", _questions(found)),
        ("Where published laws disagree", _rivals(found)),
        ("Warnings", _warnings(found)),
        ("Assumptions and sources", _assumptions(found)),
    ]
    body = [tag("h1", title), tag("p", f"isoflop {__version__}", class_="sub")]
    body += [tag("section", tag("h2", name), *parts) for name, parts in sections if parts]
    return _page(title, body)


def _decision(found: WholePlan) -> list[Html]:
    plan, shape = found.plan, found.shape
    n, d, c, ratio = (plan.optimum[name].value for name in ("N", "D", "C", "M"))
    main = (
        f"Train {format_count(n)} parameters on {format_count(d)} tokens: expected {plan.target} "
        f"{plan.loss.value:.4f} {plan.loss.unit} for {format_count(c)} FLOP."
    )
    rows: list[tuple[str, str | Html]] = [
        ("tokens per parameter", f"{ratio:.3g}"),
        ("shape", f"{shape.n_layer} layers of {shape.d}, vocabulary {shape.vocab:,}"),
    ]
    total, saving = plan.optimum.get("C_total"), plan.optimum.get("saving")
    if total is not None and saving is not None:
        words = (
            f"{format_count(total.value)} FLOP with serving, {saving.value:.1%} less than the run "
            "that is cheapest to train for this loss"
        )
        rows.append(("over its life", words))
    rows += price_lines(found)
    caution = "answer caution" if plan.is_far else "answer"
    box = tag("div", tag("p", main, class_="main"), class_=caution)
    return [box, facts(rows)]


def _doubt(found: WholePlan) -> list[Html]:
    plan = found.plan
    named = {"parameters": plan.optimum["N"], "tokens": plan.optimum["D"], plan.target: plan.loss}
    rows = [(name, _value(item), _interval(item)) for name, item in named.items()]
    parts = [table(("", "value", f"{plan.level:.0%} interval"), rows)]
    if plan.loss.lo is None:
        parts = [tag("p", f"{NO_INTERVAL}: what follows shows how far it could move.")]
    flat = plan.flat["N"]
    assert isinstance(flat, list)
    low, high = (format_count(float(end)) for end in flat)
    reach = ", ".join(
        f"{REACH_WORDS[name]} {'unknown' if factor is None else f'{factor:.3g}x'}"
        for name, factor in plan.reach.items()
    )
    pairs = [
        ("nearly as good", f"{low} to {high} parameters (1% of the compute)"),
        ("times beyond the evidence", reach),
    ]
    return [*parts, facts(pairs)]


def _choices(found: WholePlan) -> list[Html]:
    if len(found.choices) < 2:
        return []
    return [table(("goal", "what it trains"), [(c.name, choice_words(c)) for c in found.choices])]


def _effects(found: WholePlan) -> list[Html]:
    shown = found.effects[:MOST_EFFECTS]
    widest = max((one.size for one in shown), default=1.0) or 1.0
    named = [tag("div", one.of, tag("div", one.how, class_="note")) for one in shown]
    rows = [
        (name, _bar(one, widest), effect_words(one)) for name, one in zip(named, shown, strict=True)
    ]
    note = (
        "Each is moved alone and the plan made anew; bars show the larger of the changes in "
        "ln size and ln cost."
    )
    return [table(("what moves", "how much", "the plan then"), rows), tag("p", note, class_="note")]


def _bar(effect: Effect, widest: float) -> Html:
    pixels = max(BAR * effect.size / widest, 1.0)
    style = f"width:{pixels:.0f}px;height:.7em;background:var(--accent);border-radius:2px"
    label = f"{effect.size:.2f}"
    return tag("div", tag("div", "", style=style), tag("span", label, class_="note"))


def _questions(found: WholePlan) -> list[Html]:
    rows = [(tag("b", answer.name), _question(answer)) for answer in found.answers]
    return [table(("question", "answer"), rows)]


def _question(answer: Answer) -> Html:
    """The answer and what it rests on; other answers and their prices unfold."""
    ground = rests(answer)
    inside = [tag("div", f"{text[0].upper()}{text[1:]}.") for text in _asides(answer)]
    known = [(name, _value(item), _interval(item)) for name, item in answer.values.items()]
    with_doubt = [row for row in known if row[2]]
    if with_doubt:
        inside.append(table(("", "value", "interval or band"), with_doubt))
    if answer.options:
        rows = [
            (one.name, ", ".join(f"{k} {short(v)}" for k, v in one.values.items()), one.price)
            for one in answer.options
        ]
        inside.append(table(("or", "", "what it costs"), rows))
    more = [tag("details", tag("summary", "more"), *inside, class_="note")] if inside else []
    below = tag("div", f"{ground[0].upper()}{ground[1:]}.", class_="note")
    return tag("div", answer.text, below, *more)


def _asides(answer: Answer) -> list[str]:
    better = f"for a better answer: {answer.missing}" if answer.missing else ""
    return [text for text in (answer.flat, better) if text]


def _rivals(found: WholePlan) -> list[Html]:
    if not found.rivals:
        return []
    rows = [
        (
            one.label,
            format_count(one.N),
            format_count(one.D),
            f"{one.if_true[1]:.1%}",
            f"{one.if_followed[1]:.1%}",
            one.note,
        )
        for one in found.rivals[:MOST_RIVALS]
    ]
    headers = (
        "law", "would train", "on tokens", "compute this plan wastes if that law is right",
        "compute wasted if it is followed and wrong", "note",
    )  # fmt: skip
    return [table(headers, rows)]


def _warnings(found: WholePlan) -> list[Html]:
    if not found.warnings:
        return [tag("p", "None of the checks found anything.")]
    known = explanations()
    items = []
    for finding in found.warnings:
        more = known.get(finding.code)
        lines = [] if more is None else [tag("div", more.do, class_="note")]
        items.append(tag("div", tag("span", finding.code, class_="code"), finding.text, *lines))
    return [bullets(items)]


def _assumptions(found: WholePlan) -> list[Html]:
    said = {name: str(value) for name, value in found.plan.conventions.items()}
    pairs = [(name.replace("_", " "), value) for name, value in said.items()]
    scope = [tag("h3", f"When {found.plan.law} must not be used"), bullets(found.plan.scope)]
    works = [
        tag("span", f"{one.text} ", *([tag("a", one.url, href=one.url)] if one.url else []))
        for one in found.cite()
    ]
    return [
        facts(pairs),
        *(scope if found.plan.scope else []),
        tag("h3", "Sources"),
        bullets(works),
    ]


def _value(item: Estimate) -> str:
    unit = "" if item.unit in ("1", "parameters", "tokens") else f" {item.unit}"
    return f"{short(item.value)}{unit}"


def _interval(item: Estimate) -> str:
    if item.lo is None and item.hi is None:
        return ""
    return f"{'?' if item.lo is None else short(item.lo)} to " + (
        "?" if item.hi is None else short(item.hi)
    )


def _page(title: str, body: Sequence[Html]) -> str:
    css = (resources.files("isoflop.show") / "report.css").read_text(encoding="utf-8")
    content = "\n".join(part.text for part in body)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{tag('title', title).text}\n<style>\n{css}</style>\n</head>\n<body>\n"
        f"{content}\n</body>\n</html>\n"
    )
