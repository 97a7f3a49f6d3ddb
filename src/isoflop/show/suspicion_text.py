"""Suspicions on one page of text."""

from __future__ import annotations

import textwrap

from isoflop.core.quantities import format_count
from isoflop.show.terminal import WIDTH, table
from isoflop.validate.suspicion.influence import Decision
from isoflop.validate.suspicion.report import Suspicions

SHOWN = 8  # most influential runs listed
ROWS = 24  # rows of one reason listed by number


def suspicion_text(found: Suspicions) -> str:
    """Named runs, rows already left out, the decision, influence, gaps with the runs to buy."""
    count = sum(len(item.rows) for item in found.named)
    head = f"{count} of {found.n_runs} runs are in doubt." if count else "No run is in doubt."
    lines = [head, ""]
    for item in found.named:
        lines += _wrapped(f"{item.kind} [{item.code}] {_rows(item.rows)}: {item.why}.", "  ")
        lines += [*_wrapped(f"do: {item.do}.", "    "), ""]
    if found.left_out:
        rules = ", ".join(f"{item.rule} row {item.row}" for item in found.left_out[:ROWS])
        lines += [*_wrapped(f"Left out by reading already: {rules}.", "  "), ""]
    lines.append(f"Decision at {format_count(found.budget)} FLOP")
    lines.append(f"  with all runs       {_decision(found.decision)}")
    if found.without is not None:
        lines.append(f"  without those named {_decision(found.without)}")
    elif found.named:
        lines.append("  without those named nothing is decided: too much of the table is in doubt")
    lines += ["", "Runs that decide most (change if the run is left out)", _pulls(found), ""]
    if found.gaps:
        lines.append("What the design lacks")
    for code, lack in found.gaps:
        lines += _wrapped(f"[{code}] {lack.text}.", "  ")
        lines += _wrapped(f"buy: {'; '.join(map(str, lack.mend))}.", "    ")
    return "\n".join(lines).rstrip() + "\n"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")


def _rows(rows: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, rows[:ROWS]))
    more = f" and {len(rows) - ROWS} more" if len(rows) > ROWS else ""
    return f"row{'s' if len(rows) > 1 else ''} {shown}{more}"


def _decision(decision: Decision) -> str:
    return (
        f"{format_count(decision.N)} parameters, {format_count(decision.D)} tokens "
        f"({decision.D / decision.N:.3g} each), loss {decision.loss:.4f}"
    )


def _pulls(found: Suspicions) -> str:
    rows = [
        [
            str(item["row"]),
            format_count(item["params"]),
            format_count(item["tokens"]),
            f"{item['loss']:.4f}",
            f"{item['size_change']:+.1%}",
            f"{item['loss_change']:+.2%}",
            "refit" if item["exact"] else "one step",
        ]
        for item in found.pulls.head(SHOWN).to_dicts()
    ]
    headers = ["row", "parameters", "tokens", "loss", "optimal size", "forecast", "by"]
    return table(headers, rows)
