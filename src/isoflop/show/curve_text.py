"""Curve laws in narrow plain text: a fit, a forecast along a schedule, the best schedule."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from isoflop.decide.schedule_optimum import ScheduleOptimum
from isoflop.fit.curve_fit.curve_fit import CurveFit
from isoflop.fit.curve_fit.prediction import CurvePrediction, RunError
from isoflop.show.terminal import WIDTH, plain, table, warning_lines


def curve_fit_card(fit: CurveFit) -> str:
    """A fit: the answer, parameters with doubt, errors by run, warnings."""
    label = fit.label or fit.law.name
    lines = [f"{label} describes {len(fit.errors)} runs within {fit.noise:.2%}."]
    lines += [*_wrapped(fit.law.formula_text), "", _parameters(fit), ""]
    assert fit.objective is not None
    lines += _wrapped(
        f"Objective: {fit.objective.name}, delta {fit.objective.delta:g}, sum "
        f"{fit.objective_value:.6g}; {fit.agree} of {fit.tried} starts agree on it. "
        f"Intervals: {fit.level:.0%}, {fit.method}, {len(fit.draws)} refits, seed {fit.seed}.",
        "",
    )
    lines += ["", "Runs it was fitted to", _errors(fit.errors)]
    if fit.held_out:
        lines += ["", "Runs it was not fitted to", _errors(fit.held_out)]
    if fit.warnings:
        lines += ["", "Warnings", *warning_lines(fit.warnings)]
    return "\n".join(lines)


def prediction_text(fit: CurveFit, forecast: CurvePrediction) -> str:
    """Losses by step, with intervals where there are any."""
    headers = ["step", "learning rate", "loss"]
    columns = [
        [str(step) for step in forecast.steps],
        [f"{rate:.4g}" for rate in forecast.rates],
        [f"{loss:.5f}" for loss in forecast.loss],
    ]
    if forecast.low is not None and forecast.high is not None:
        headers.append(f"{forecast.level:.0%} interval")
        pairs = zip(forecast.low, forecast.high, strict=True)
        columns.append([f"{low:.5f} to {high:.5f}" for low, high in pairs])
    first = f"{fit.label or fit.law.name}: {forecast.loss[-1]:.4f} at step {forecast.steps[-1]}."
    return f"{first}\n{table(headers, zip(*columns, strict=True))}\n"


def schedule_text(found: ScheduleOptimum) -> str:
    """The best schedule in words, and the final losses of the usual ones."""
    shape = found.shape
    power = "" if shape.exponent is None else f" as a power {shape.exponent:.2f} of what is left"
    answer = (
        f"Final loss {found.loss:.4f} after {len(found.rates)} steps: {found.peak:g} until the "
        f"last {shape.decay:.1%} of the steps after warm-up, then down{power} to "
        f"{shape.last:.2%} of the peak. No schedule that never rises is better by more than "
        f"about {found.gap:.1g}, to first order."
    )
    rows = [
        (name, f"{loss:.4f}", f"{loss - found.loss:.4f}")
        for name, loss in sorted(found.others.items(), key=lambda item: item[1])
    ]
    body = table(("schedule", "final loss", "above the best"), rows)
    return "\n".join([*_wrapped(answer, ""), body]) + "\n"


def _parameters(fit: CurveFit) -> str:
    spans = fit.intervals
    rows = []
    for item in fit.law.parameters:
        span = spans[item.name]
        missing = "held fixed" if item.name in fit.fixed else "unknown"
        doubt = f"{span[0]:.4g} to {span[1]:.4g}" if span else missing
        unit = "" if item.unit == "1" else item.unit
        rows.append((item.name, f"{fit.values[item.name]:.4g}", doubt, unit, item.meaning))
    return table(("", "value", f"{fit.level:.0%} interval", "unit", "meaning"), rows)


def _errors(errors: Iterable[RunError]) -> str:
    rows = [
        (
            plain(item.run_id),
            str(item.points),
            f"{item.mean:.2%}",
            f"{item.worst:.2%}",
            f"{item.last:+.2%}",
        )
        for item in errors
    ]
    return table(("run", "points", "mean error", "worst", "at the end"), rows)


def _wrapped(text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)
