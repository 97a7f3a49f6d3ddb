"""The words in use for "how much better": one definition each, printed beside every comparison."""

from __future__ import annotations

from dataclasses import dataclass

from isoflop.core.runs import Runs


@dataclass(frozen=True)
class Term:
    """One word, what it is, and its number for a multiplier m."""

    name: str
    means: str
    formula: str


TERMS = (
    Term("efficiency gain", "compute of the reference over that of the new at equal loss", "m"),
    Term("speed-up", "the gain over one", "m - 1"),
    Term("less compute", "share of compute saved at equal loss", "1 - 1/m"),
    Term("fewer steps", "share of steps saved at equal batch; not compute", "1 - S_new/S_ref"),
    Term("leverage", "the gain of a sparse model against a dense one", "m against dense"),
    Term("extrapolation factor", "target over the largest compute fitted", "C_target/C_max"),
)


def in_words(m: float) -> dict[str, float]:
    """One multiplier under the names that are numbers of it.

    Example
    -------
    >>> in_words(2.0)
    {'efficiency gain': 2.0, 'speed-up': 1.0, 'less compute': 0.5}
    """
    return {"efficiency gain": m, "speed-up": m - 1.0, "less compute": 1.0 - 1.0 / m}


def effective_growth(size_rate: float, token_rate: float, years: float) -> tuple[float, float]:
    """Factors on size and tokens after some years of progress, exp(p t) and exp(q t) (ho2024).

    Parameters
    ----------
    size_rate, token_rate : p and q, a year.
    """
    from math import exp

    return exp(size_rate * years), exp(token_rate * years)


def stated(runs: Runs) -> dict[str, str]:
    """What a comparison must say beside its number: what N counts, and what is equal or unknown."""
    found: dict[str, str] = {"N counts": runs.conventions.params, "FLOP": runs.conventions.flops}
    words = {"tokenizer": "vocab", "data": "dataset", "schedule": "schedule"}
    for name, column in words.items():
        if not runs.has(column):
            found[name] = "not in the table"
            continue
        values = sorted(set(runs.text(column)))
        found[name] = "equal" if len(values) == 1 else f"differs ({', '.join(values[:4])})"
    return found


def glossary_text(m: float | None = None) -> str:
    """The terms with their definitions, and their numbers where a multiplier is given."""
    numbers = {} if m is None else in_words(m)
    lines = []
    for term in TERMS:
        number = f" = {numbers[term.name]:.3g}" if term.name in numbers else ""
        lines.append(f"  {term.name:21s} {term.formula}{number}: {term.means}")
    return "\n".join(lines) + "\n"
