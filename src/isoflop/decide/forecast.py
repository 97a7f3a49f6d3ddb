"""Points to forecast at, and the forecast in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError, UsageError, unknown_name
from isoflop.core.quantities import format_count, parse_count
from isoflop.decide.plan import NO_INTERVAL
from isoflop.fit.fit import Fit
from isoflop.fit.prediction import Prediction
from isoflop.laws.law import Law
from isoflop.laws.parameter import Axis
from isoflop.laws.rule import Rule


def parse_points(law: Law, texts: Iterable[str]) -> dict[str, FloatArray]:
    """Inputs of a law from texts such as ``N=7B,D=1T``: {symbol: (n_points,)}.

    Raises
    ------
    UsageError
        E407 if a text is no point, E101 for an input the law lacks, E110 for one it misses.
    """
    axes = {symbol: law.axis(symbol) for symbol in law.inputs}
    points = [_parse_point(law.name, axes, text) for text in texts]
    if not points:
        raise _no_point("", "no point was given")
    for point in points:
        law.input_arrays(point)
    return {symbol: np.array([point[symbol] for point in points]) for symbol in law.inputs}


def forecast_text(fit: Fit, forecast: Prediction) -> str:
    """One line a point; for published coefficients also where they stand and what they count."""
    unit = "" if fit.unit == "1" else f" {fit.unit}"
    lines = []
    for i, value in enumerate(forecast.value):
        where = ", ".join(f"{name} {format_count(a[i])}" for name, a in forecast.inputs.items())
        doubt = f"({NO_INTERVAL})"
        if forecast.lo is not None and forecast.hi is not None:
            ends = f"{_written(forecast.lo[i])} to {_written(forecast.hi[i])}"
            doubt = f"({forecast.level:.0%} interval {ends})"
        lines.append(f"{fit.target} {_written(value)}{unit} {doubt} at {where}\n")
    return "".join([*lines, *_origin(fit)])


def _written(value: float) -> str:
    """Four decimals where they say something, six digits for a learning rate or a batch."""
    return f"{value:.4f}" if 0.1 <= abs(value) < 1e4 else f"{value:.6g}"


def _origin(fit: Fit) -> list[str]:
    if fit.method != "published":
        return []
    caution = "; not verified, an example only" if fit.provenance.get("example") else ""
    note = fit.provenance.get("note")
    counted = f"; N counts: {fit.counts}" if fit.counts != "unknown" else ""
    others = len(fit.law.published) - 1
    also = f"; {others} more: isoflop laws {fit.law.name}" if others else ""
    return [
        f"{fit.label}, {fit.provenance['where']}{counted}{caution}{also}\n",
        *([f"  mind: {note}\n"] if note else []),
    ]


def forecast_notes(fit: Fit, forecast: Prediction) -> str:
    """Warnings of the fit, and points beyond its evidence."""
    lines = [f"note [{finding.code}] {finding.text}\n" for finding in fit.warnings]
    for name, values in forecast.inputs.items():
        low, high = fit.evidence.get(name, (0.0, np.inf))
        for value in values[(values < low) | (values > high)]:
            times = max(value / high, low / value)
            lines.append(
                f"note [W500] {name} {format_count(float(value))} is {times:.3g}x beyond the "
                f"evidence ({format_count(low)} to {format_count(high)}).\n"
            )
    return "".join(lines)


def parse_rule_points(rule: Rule, texts: Iterable[str]) -> list[dict[str, float]]:
    """Inputs of a rule from texts; errors as :func:`parse_points`, and those of the rule."""
    axes = {axis.symbol: axis for axis in rule.inputs}
    points = [_parse_point(rule.name, axes, text) for text in texts]
    if not points:
        raise _no_point("", "no point was given")
    return points


def rule_text(
    rule: Rule, points: Sequence[Mapping[str, float]], answers: Sequence[Mapping[str, float]]
) -> str:
    """One line a point, then where the rule stands and when it must not be used."""
    units = {axis.symbol: "" if axis.unit == "1" else f" {axis.unit}" for axis in rule.outputs}
    lines = []
    for point, answer in zip(points, answers, strict=True):
        given = ", ".join(f"{name} {format_count(value)}" for name, value in point.items())
        found = ", ".join(f"{name} {value:.6g}{units[name]}" for name, value in answer.items())
        lines.append(f"{found} at {given}\n")
    caution = "; not verified, an example only" if rule.example else ""
    lines.append(f"{rule.name}, {rule.where}{caution}\n")
    return "".join([*lines, *(f"  mind: {sentence}\n" for sentence in rule.scope)])


def _parse_point(owner: str, axes: Mapping[str, Axis], text: str) -> dict[str, float]:
    point = {}
    for part in text.split(","):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not (name and sign and value):
            raise _no_point(text, f"'{part}' is not INPUT=VALUE")
        if name not in axes:
            raise unknown_name(f"input of '{owner}'", name, axes, f"isoflop laws {owner}")
        try:
            point[name] = parse_count(value)
        except DataError as error:
            raise _no_point(text, error.what.rstrip(".")) from error
        if point[name] == 0.0 and not axes[name].zero:
            raise _no_point(text, f"{name} is zero")
    return point


def _no_point(text: str, why: str) -> UsageError:
    return UsageError(
        f"Not a point to predict at: {why}.",
        where=f"--at {text}",
        matters="nothing was computed.",
        do="write --at N=7B,D=1T.",
        code="E407",
    )
