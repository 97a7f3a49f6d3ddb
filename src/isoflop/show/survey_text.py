"""All laws on one table, as text."""

from __future__ import annotations

from isoflop.fit.survey import Survey, Surveyed
from isoflop.show.terminal import table

SHOWN = 4  # parameters of a law on its line


def survey_text(survey: Survey) -> str:
    """Fitted laws with parameters and intervals, then the others with the reason."""
    rows = [_row(item) for item in survey.fitted]
    columns = table(["law", "typical distance", "starts agree", "warnings", "parameters"], rows)
    reasons: dict[str, list[str]] = {}
    for item in survey.left_out:
        reasons.setdefault(item.reason or "", []).append(item.law)
    others = table(["why not", "laws"], [[why, ", ".join(laws)] for why, laws in reasons.items()])
    return (
        f"{len(survey.fitted)} laws of {survey.target} fitted, the closest first (in sample: this "
        f"says nothing of forecasts)\n\n{columns}\n\n{others}\n"
    )


def _row(item: Surveyed) -> list[str]:
    fit = item.fit
    assert fit is not None
    values = []
    for name in fit.law.parameter_names[:SHOWN]:
        span = fit.intervals[name]
        values.append(f"{name} {fit.values[name]:.4g}" + (_span(span) if span else ""))
    more = len(fit.law.parameter_names) - SHOWN
    shown = ", ".join(values) + (f", {more} more" if more > 0 else "")
    distance = f"{item.error:.3%}" if fit.law.scale == "log" else f"{item.error:.3g}"
    agree = f"{fit.agree} of {fit.tried}"
    return [item.law, distance, agree, str(len(fit.warnings)), shown]


def _span(span: tuple[float, float]) -> str:
    return f" ({span[0]:.3g}, {span[1]:.3g})"
