"""A ledger of forecasts in words: what was registered, how it did, whether intervals hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from isoflop.core.quantities import format_count
from isoflop.show.terminal import table
from isoflop.validate.ledger.calibration import N_BINS, Calibration
from isoflop.validate.ledger.entry import ID_LENGTH
from isoflop.validate.ledger.ledger import Ledger, ScoredRun
from isoflop.validate.ledger.registered import Registered
from isoflop.validate.ledger.scoring import Matched

_BAR = 40  # characters of a bar that stands for all forecasts


def registered_text(made: Sequence[Registered], head: str) -> str:
    """One line a forecast, and the head."""
    lines = [
        f"{item.id}  {item.target} {item.value:.4f}{_span(item)} at {_point(item.inputs)}"
        f"{_reach(item)}\n"
        for item in made
    ]
    doubts = sorted({item.doubt for item in made})
    return "".join([*lines, f"Interval: {'; '.join(doubts)}.\n", _head(head)])


def scored_text(record: Ledger, made: Sequence[ScoredRun], matched: Matched, head: str) -> str:
    """One line a new score, and what was left."""
    by_hash = {item.hash: item for item in record.forecasts}
    lines = [_score_line(by_hash[score.forecast], score) for score in made]
    n = len({score.forecast for score in made})
    lines.append(
        f"Scored: {n} forecasts by {len(made)} runs. Scored before: {matched.known} runs. "
        f"Open: {len(matched.open)} forecasts.\n"
    )
    return "".join([*lines, _head(head)])


def ledger_text(record: Ledger) -> str:
    """All forecasts, then the calibration."""
    rows = []
    for item in record.forecasts:
        scores = record.scores_of(item)
        for score in scores or (None,):
            rows.append(_row(item, score))
    headers = ("id", "date", "law", "point", "forecast", "90% interval", "came", "error", "inside")
    body = table(headers, rows) if rows else "  no forecast yet"
    scored = {score.forecast for score in record.scores}
    first = f"{len(record.forecasts)} forecasts, {len(scored)} scored."
    return "\n".join(
        [first, "", body, "", calibration_text(record.calibration()), _head(record.head)]
    )


def verified_text(record: Ledger, against: str | None) -> str:
    """What a check of the chain found, and what it cannot find."""
    held = f" It continues from the head {against}." if against else ""
    limit = (
        ""
        if against
        else (
            "Entries cut off at the end, or a chain written anew, show only against a head kept "
            "elsewhere: --head.\n"
        )
    )
    return (
        f"The chain of {len(record.entries)} entries is intact ({len(record.forecasts)} forecasts, "
        f"{len(record.scores)} scores).{held}\n{_head(record.head)}{limit}"
    )


def calibration_text(found: Calibration) -> str:
    """Coverage at each level, and the histogram of where runs fell."""
    if not found.coverage:
        return "Calibration: no scored forecast had an interval."
    rows = [
        (
            f"{item.level:.0%}",
            f"{item.realised:.0%}",
            f"{item.lo:.0%} to {item.hi:.0%}",
            str(item.n),
            item.judgement,
        )
        for item in found.coverage
    ]
    lines = [
        "Calibration",
        table(("nominal", "realised", "95% interval", "forecasts", "intervals are"), rows),
        "",
        f"Where runs fell in their forecast (each of {N_BINS} parts should hold {1 / N_BINS:.0%})",
    ]
    for i, share in enumerate(found.histogram):
        bar = "#" * round(_BAR * share)
        lines.append(f"  {i / N_BINS:.1f} to {(i + 1) / N_BINS:.1f}  {share:4.0%}  {bar}".rstrip())
    return "\n".join([*lines, ""])


def _row(item: Registered, score: ScoredRun | None) -> tuple[str, ...]:
    span = item.interval(0.9)
    inside = None if score is None else score.inside.get("0.9")
    return (
        item.id,
        item.at[:10],
        item.law,
        _point(item.inputs),
        f"{item.value:.4f}",
        f"{span[0]:.4f} to {span[1]:.4f}" if span else "none",
        f"{score.observed:.4f}" if score else "open",
        f"{score.are:.2%}" if score and score.are is not None else "",
        "" if inside is None else ("yes" if inside else "no"),
    )


def _score_line(item: Registered, score: ScoredRun) -> str:
    inside = score.inside.get("0.9")
    place = {True: ", inside", False: ", OUTSIDE", None: ", without"}[inside]
    error = "" if score.are is None else f", {score.are:.2%} off"
    return (
        f"{score.forecast[:ID_LENGTH]}  forecast {item.value:.4f}, came {score.observed:.4f}"
        f"{error}{place} its 90% interval\n"
    )


def _span(item: Registered) -> str:
    span = item.interval(0.9)
    return f" (90% interval {span[0]:.4f} to {span[1]:.4f})" if span else " (no interval)"


def _point(inputs: Mapping[str, float]) -> str:
    usual = {name: i for i, name in enumerate("NDC")}
    names = sorted(inputs, key=lambda name: (usual.get(name, len(usual)), name))
    return ", ".join(f"{name} {format_count(inputs[name])}" for name in names)


def _reach(item: Registered) -> str:
    return "" if item.reach is None else f", {item.reach:.3g}x the largest run learnt from"


def _head(head: str) -> str:
    return f"Head {head}\n"
