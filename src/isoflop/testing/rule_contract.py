"""What every rule keeps: its numbers return, it broadcasts, it is written down and cited.

``CHECKS`` holds the checks by name, each takes a rule and raises AssertionError with a sentence.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.sources import sources
from isoflop.laws.rule import Rule
from isoflop.laws.structure import drawn
from isoflop.testing.law_answers import matching_digits

N_POINTS = 200


def check_inputs_match_formula(rule: Rule) -> None:
    """The formula takes the inputs under their own names; inputs and outputs are declared."""
    taken = tuple(inspect.signature(rule.formula).parameters)
    declared = tuple(axis.symbol for axis in rule.inputs)
    assert taken == declared, f"{rule.name}: the formula takes {taken}, declared are {declared}."
    assert rule.outputs, f"{rule.name}: has no outputs."
    for axis in (*rule.inputs, *rule.outputs):
        assert axis.unit, f"{rule.name}: {axis.symbol} has no unit."
        assert axis.meaning, f"{rule.name}: {axis.symbol} has no meaning."


def check_answers_are_finite(rule: Rule) -> None:
    """Over the declared ranges every answer that is not refused is finite."""
    answered = 0
    for point in zip(*_points(rule), strict=True):
        given = {axis.symbol: value for axis, value in zip(rule.inputs, point, strict=True)}
        if rule.refuse is not None and rule.refuse({s: np.asarray(v) for s, v in given.items()}):
            continue
        answered += 1
        for symbol, value in rule(**given).items():
            assert np.isfinite(value).all(), f"{rule.name}: {symbol} is {value} at {given}."
    assert answered, f"{rule.name}: refuses every point of its declared ranges."


def check_broadcasts(rule: Rule) -> None:
    """Arrays give what their elements give one by one."""
    columns = [
        points
        for points in zip(*_points(rule), strict=True)
        if rule.refuse is None
        or not rule.refuse(
            {a.symbol: np.asarray(v) for a, v in zip(rule.inputs, points, strict=True)}
        )
    ][:5]
    symbols = [axis.symbol for axis in rule.inputs]
    arrays = {s: np.array([row[i] for row in columns]) for i, s in enumerate(symbols)}
    together = rule(**arrays)
    for j, row in enumerate(columns):
        alone = rule(**dict(zip(symbols, row, strict=True)))
        for symbol, value in alone.items():
            same = np.allclose(together[symbol][j], value, rtol=1e-12, atol=0.0)
            assert same, f"{rule.name}: {symbol} differs in an array."


def check_reported_numbers_return(rule: Rule) -> None:
    """The rule gives the numbers its source states."""
    for reported in rule.reported:
        found = rule(**dict(reported.at))
        for symbol, stated in reported.gives.items():
            value = float(found[symbol])
            error = abs(value - stated) / abs(stated) if stated else abs(value)
            text = (
                f"{rule.name}: {symbol} at {dict(reported.at)} is {value:.10g}, stated "
                f"{stated:.10g}: {matching_digits(error):.1f} digits match."
            )
            assert error <= reported.tolerance, text


def check_sources_are_listed(rule: Rule) -> None:
    """The citation key stands in ``core/bibliography`` and the place is named."""
    assert rule.source in sources(), f"{rule.name}: source '{rule.source}' is not listed."
    assert rule.where, f"{rule.name}: does not say where the formula stands."


def _points(rule: Rule) -> list[FloatArray]:
    rng = np.random.default_rng(0)
    return [drawn(axis, rng, N_POINTS) for axis in rule.inputs]


CHECKS: dict[str, Callable[[Rule], None]] = {
    name.removeprefix("check_"): check
    for name, check in list(globals().items())
    if name.startswith("check_")
}
