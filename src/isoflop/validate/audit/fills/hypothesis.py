"""The law of the fit: its form, its variables, where it comes from."""

from __future__ import annotations

from isoflop.core.sources import cite
from isoflop.laws.latex import formula_text
from isoflop.validate.audit.evidence import Answer, Evidence, Fills


def _form(evidence: Evidence) -> Answer | None:
    fit = evidence.fit
    return None if fit is None else Answer(f"{fit.law.name}: {formula_text(fit.law)}", "fit")


def _variables(evidence: Evidence) -> Answer | None:
    fit = evidence.fit
    if fit is None:
        return None
    axes = [(symbol, fit.law.axis(symbol)) for symbol in fit.law.inputs]
    parts = [
        f"{symbol} {fit.axes.get(symbol, axis.meaning)}"
        + ("" if axis.unit == "1" or symbol in fit.axes else f" ({axis.unit})")
        for symbol, axis in axes
    ]
    return Answer(f"{'; '.join(parts)}; predicts {fit.target} ({fit.unit})", "fit")


def _free(evidence: Evidence) -> Answer | None:
    fit = evidence.fit
    if fit is None:
        return None
    free = len(fit.law.parameters) - len(fit.fixed)
    return Answer(f"{free}, from {fit.n_rows} rows of {fit.n_runs} runs", "fit")


def _derivation(evidence: Evidence) -> Answer | None:
    fit = evidence.fit
    if fit is None or not fit.law.source:
        return None
    return Answer(f"form of {cite(fit.law.source).text}", "fit")


FILLS = Fills(
    "hypothesis",
    {
        "form": _form,
        "variables": _variables,
        "free_parameters": _free,
        "derivation": _derivation,
    },
)
