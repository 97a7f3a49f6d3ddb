"""Applies the rules that leave rows out; every row left out is named with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from isoflop.core.errors import DataError, UsageError, unknown_name
from isoflop.core.explain import Finding
from isoflop.core.members import find_members
from isoflop.core.provenance import Exclusion
from isoflop.core.quantities import parse_count
from isoflop.measure.clean.rule import Evidence, Rule

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Choice:
    """A rule to apply, with its argument."""

    rule: Rule
    argument: float | None = None


def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of their codes."""
    found = cast("tuple[Rule, ...]", find_members("isoflop.measure.clean", "RULE"))
    return tuple(sorted(found, key=lambda rule: rule.code))


def choose_rules(*, drop: Iterable[str] = (), keep: Iterable[str] = ()) -> tuple[Choice, ...]:
    """The default rules without ``keep`` and with ``drop``, in the order of their codes.

    Parameters
    ----------
    drop : rules to add, such as "highest_loss=5".
    keep : default rules to leave off, such as "duplicate".

    Raises
    ------
    UsageError
        If a rule is unknown, or an argument is missing, superfluous or no number.
    """
    off = {_named(name).name for name in keep}
    chosen = {rule.name: Choice(rule) for rule in rules() if rule.default and rule.name not in off}
    for text in drop:
        name, _, argument = text.partition("=")
        rule = _named(name.strip())
        chosen[rule.name] = Choice(rule, _argument(rule, argument.strip()))
    return tuple(sorted(chosen.values(), key=lambda choice: choice.rule.code))


def apply_rules(
    evidence: Evidence, choices: Sequence[Choice], *, source: str
) -> tuple[pl.DataFrame, tuple[Exclusion, ...], tuple[Finding, ...]]:
    """The rows that stay, the rows left out, and one finding for each rule that took some.

    Raises
    ------
    DataError
        E218 if no row is left.
    """
    import polars as pl

    left = evidence
    exclusions: list[Exclusion] = []
    findings: list[Finding] = []
    for choice in choices:
        taken = _exclusions(left, choice)
        if taken:
            gone = [item.row for item in taken]
            left = replace(left, table=left.table.filter(~pl.col("row").is_in(gone)))
            findings.append(_finding(choice.rule, taken))
            exclusions += taken
    if left.table.is_empty():
        raise DataError(
            f"No row of {source} is left: " + "; ".join(item.text for item in findings),
            where=source,
            matters="there is nothing to learn from.",
            do="correct the table, choose other columns with --map, or switch a rule off (--keep).",
            code="E218",
        )
    return left.table, tuple(exclusions), tuple(findings)


def _exclusions(evidence: Evidence, choice: Choice) -> list[Exclusion]:
    """One for each row, in order; several reasons of one rule are joined."""
    rule = choice.rule
    reasons: dict[int, list[str]] = {}
    for hit in rule.find(evidence, choice.argument):
        reasons.setdefault(hit.row, []).append(hit.reason)
    names = _run_names(evidence)
    return [
        Exclusion(row, names.get(row), rule.name, rule.code, "; ".join(reasons[row]))
        for row in sorted(reasons)
    ]


def _run_names(evidence: Evidence) -> dict[int, str]:
    if not evidence.has("run_id"):
        return {}
    pairs = evidence.table.select("row", "run_id").drop_nulls().iter_rows()
    return {int(row): str(name) for row, name in pairs}


def _finding(rule: Rule, taken: Sequence[Exclusion]) -> Finding:
    first = taken[0]
    more = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
    count = f"{len(taken)} row{'s' if len(taken) > 1 else ''}"
    text = f"{count} left out as {rule.name}: row {first.row} ({first.reason}){more}"
    return Finding(rule.code, text)


def _named(name: str) -> Rule:
    known = {rule.name: rule for rule in rules()}
    if name not in known:
        raise unknown_name("rule", name, known, "isoflop read --help")
    return known[name]


def _argument(rule: Rule, text: str) -> float | None:
    if rule.takes is None and not text:
        return None
    try:
        if rule.takes is not None:
            return parse_count(text)
    except DataError:
        pass
    usage = f"{rule.name}={'X' if rule.takes else ''}".rstrip("=")
    raise UsageError(
        f"The rule {rule.name} takes {rule.takes or 'no argument'}.",
        where=f"--drop {rule.name}={text}",
        matters="nothing was read.",
        do=f"write --drop {usage}",
    )
