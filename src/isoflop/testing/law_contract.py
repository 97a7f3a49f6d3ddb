"""What every law keeps: derivatives, bounds, claims, published numbers. For laws of anyone.

Each check takes a law and raises AssertionError with a sentence; ``CHECKS`` holds them by name::

    @pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
    def test_my_law(check):
        check(LAW)
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable

import numpy as np

from isoflop.core.sources import sources
from isoflop.laws.jet import seed
from isoflop.laws.latex import formula_text, latex, latex_symbol
from isoflop.laws.law import Claim, Law
from isoflop.testing.law_answers import (
    FLOP_PER_PARAMETER_TOKEN,
    closed_optimum,
    matching_digits,
    numeric_optimum,
    reproduced,
)
from isoflop.testing.law_draws import EXTREMES, draws

STEP = 1e-6  # relative, of the differences that check the Hessian
COMPUTE = (1e21, 1e24)  # FLOP
LABELS = ("a", "b", "c")  # what vectors run over where no published set says so
NEAR, FAR, LEFT = 1e9, 1e150, 0.05  # so far out at most this share of the distance is left


def check_parameters_match_formula(law: Law) -> None:
    """The formula takes the inputs, then the parameters, under their own names."""
    taken = tuple(inspect.signature(law.formula).parameters)
    declared = tuple(n.removesuffix("/*") for n in (*law.inputs, *law.parameter_names))
    assert taken == declared, f"{law.name}: the formula takes {taken}, declared are {declared}."


def check_bounds_are_ordered(law: Law) -> None:
    """Every parameter has finite bounds, low below high, a unit and a meaning."""
    for parameter in law.parameters:
        ordered = math.isfinite(parameter.low) and parameter.low < parameter.high < math.inf
        assert ordered, f"{law.name}: bounds of {parameter.name} are not finite and ordered."
        assert parameter.unit, f"{law.name}: {parameter.name} has no unit."
        assert parameter.meaning, f"{law.name}: {parameter.name} has no meaning."


@EXTREMES
def check_broadcasts(law: Law) -> None:
    """Many sets and many runs at once give what one by one gives."""
    inputs, sets = draws(law).inputs, draws(law).sets
    together = law.evaluate(inputs, sets)
    assert together.shape == (len(sets), len(inputs[0])), f"{law.name}: shape {together.shape}."
    single = [
        [law.evaluate([x[j : j + 1] for x in inputs], s)[0] for j in range(len(inputs[0]))]
        for s in sets
    ]
    assert np.allclose(together, single, rtol=1e-12, atol=0.0), f"{law.name}: runs or sets mix."
    stacked = law.evaluate(inputs, sets[None, :, :])
    assert np.array_equal(stacked[0], together), f"{law.name}: extra dimensions change the result."


@EXTREMES
def check_formula_is_complex_safe(law: Law) -> None:
    """Complex parameters without imaginary part change nothing and stay complex."""
    inputs, sets = draws(law).inputs, draws(law).sets
    columns = [sets[:, i, None].astype(complex) for i in range(sets.shape[1])]
    value = np.asarray(law.formula(*inputs, *columns))
    assert np.iscomplexobj(value), f"{law.name}: the formula drops imaginary parts."
    plain = law.evaluate(inputs, sets)
    assert np.allclose(value.real, plain, rtol=1e-12, atol=0.0), f"{law.name}: complex differs."


@EXTREMES
def check_gradient_is_exact(law: Law) -> None:
    """Jets give the gradient of the complex step, to 1e-10 of the size of the target."""
    inputs, sets = draws(law).inputs, draws(law).sets
    stepped = law.gradient(inputs, sets)
    jet = law.jet(inputs, [seed(i, sets[:, i, None]) for i in range(sets.shape[1])])
    size = np.abs(law.evaluate(inputs, sets))
    for i, name in enumerate(law.parameter_names):
        error = np.abs(jet.gradient.get(i, 0.0) - stepped[i]) * np.abs(sets[:, i, None])
        scale = size + np.abs(stepped[i] * sets[:, i, None])
        worst = float(np.max(error / scale))
        assert worst < 1e-10, f"{law.name}: the derivative in {name} is off by {worst:.1e}."


@EXTREMES
def check_hessian_is_exact(law: Law) -> None:
    """Jets give the second derivatives that differences of the complex step give, to 1e-5."""
    inputs, sets = draws(law).inputs, draws(law).sets
    jet = law.jet(inputs, [seed(i, sets[:, i, None]) for i in range(sets.shape[1])])
    size = np.abs(law.evaluate(inputs, sets))
    first = np.abs(law.gradient(inputs, sets))
    for i, name in enumerate(law.parameter_names):
        step = np.zeros_like(sets)
        step[:, i] = STEP * np.where(sets[:, i] == 0.0, 1.0, np.abs(sets[:, i]))
        rise = law.gradient(inputs, sets + step) - law.gradient(inputs, sets - step)
        for j in range(sets.shape[1]):
            width = np.abs(sets[:, i] * sets[:, j])[:, None]
            difference = rise[j] / (2.0 * step[:, i, None])
            exact = np.asarray(jet.hessian.get((min(i, j), max(i, j)), 0.0))
            scale = size + np.abs(difference) * width + first[j] * np.abs(sets[:, j, None])
            worst = float(np.max(np.abs(exact - difference) * width / scale))
            other = law.parameter_names[j]
            assert worst < 1e-5, f"{law.name}: Hessian in {name}, {other} is off by {worst:.1e}."


@EXTREMES
def check_claims_hold(law: Law) -> None:
    """What the law promises is true of every draw."""
    for claim in law.claims:
        (_check_limit if claim.kind == "tends to" else _check_direction)(law, claim)


def _check_direction(law: Law, claim: Claim) -> None:
    assert claim.in_ in law.inputs, f"{law.name}: claims something about {claim.in_}, no input."
    at = law.inputs.index(claim.in_)
    inputs, sets = draws(law).inputs, draws(law).sets
    sign = -1.0 if claim.kind == "decreases" else 1.0
    before = law.evaluate(inputs, sets)
    moved = False
    for factor in (1.1, 2.0, 10.0, 1000.0):
        after = law.evaluate([x * factor if i == at else x for i, x in enumerate(inputs)], sets)
        change = sign * (after - before) / np.abs(before)
        assert change.min() > -1e-12, f"{law.name}: not '{claim.kind}' in {claim.in_}."
        moved = moved or bool((change > 1e-9).any())
    assert moved, f"{law.name}: does not move with {claim.in_} at all."


def _check_limit(law: Law, claim: Claim) -> None:
    sets = draws(law).sets
    limit = np.zeros(len(sets))
    if claim.limit is not None:
        limit = sets[:, law.parameter_names.index(claim.limit)]
    near, far = (law.evaluate([np.array([at])] * len(law.inputs), sets) for at in (NEAR, FAR))
    distance = np.abs(far[:, 0] - limit)
    allowed = LEFT * np.abs(near[:, 0] - limit) + 1e-12 * np.abs(limit)
    where = claim.limit or "zero"
    assert (distance <= allowed).all(), f"{law.name}: does not tend to {where}."


@EXTREMES
def check_equation_holds(law: Law) -> None:
    """A law with an implicit equation satisfies it."""
    if law.equation is None:
        return
    inputs, sets = draws(law).inputs, draws(law).sets
    columns = [sets[:, i, None] for i in range(sets.shape[1])]
    value = law.evaluate(inputs, sets)
    left, right = law.equation(value, *inputs, *columns)
    # Judged by the change of the target that would close the gap: near a pole the sides explode.
    slope = (law.equation(value + 1e-30j, *inputs, *columns)[0]).imag / 1e-30
    gap = np.abs((left - right) / slope)
    gap[~np.isfinite(gap)] = 0.0
    assert (gap < 1e-9 * np.abs(value)).all(), f"{law.name}: equation not met."


def check_published_values_are_usable(law: Law) -> None:
    """Published sets name every parameter, lie within the bounds and have distinct names."""
    names = [published.name for published in law.published]
    assert len(names) == len(set(names)), f"{law.name}: two published sets share a name."
    for published in law.published:
        label = f"{law.name}@{published.name}"
        given = set(published.values)
        assert given == set(law.parameter_names), f"{label}: gives {sorted(given)}."
        for parameter in law.parameters:
            value = published.values[parameter.name]
            inside = parameter.low <= value <= parameter.high
            assert inside, f"{label}: {parameter.name} = {value:g} is outside its bounds."
        assert published.where, f"{label}: does not say where the numbers stand."


def check_reported_numbers_return(law: Law) -> None:
    """Published coefficients give back the numbers their source states."""
    for published in law.published:
        for reported in published.reported:
            found = reproduced(law, published, reported)
            for symbol, stated in reported.gives.items():
                error = abs(found[symbol] - stated) / abs(stated)
                text = (
                    f"{law.name}@{published.name}: {symbol} at {dict(reported.at)} is "
                    f"{found[symbol]:.10g}, stated {stated:.10g}: {matching_digits(error):.1f} "
                    "digits match."
                )
                assert error <= reported.tolerance, text


def check_sources_are_listed(law: Law) -> None:
    """Every citation key stands in ``core/bibliography``."""
    for key in {law.source, *(published.source for published in law.published)}:
        assert key in sources(), f"{law.name}: source '{key}' is not in core/bibliography."


@EXTREMES
def check_closed_form_is_the_optimum(law: Law) -> None:
    """A closed-form optimum is the one a numeric search finds, to 1e-6."""
    if law.optimum is None:
        return
    rows = [dict(zip(law.parameter_names, map(float, row), strict=True)) for row in draws(law).sets]
    k = FLOP_PER_PARAMETER_TOKEN
    compared = 0
    for values in rows:
        for C in COMPUTE:
            closed = closed_optimum(law, values, C)
            if not 1.0 < closed["N"] < C / k:
                continue  # beyond any model: the search has no bracket
            numeric = numeric_optimum(law, values, C)
            error = abs(math.log(closed["N"] / numeric["N"]))
            where = f"{law.name}: at C = {C:g} and {values}"
            assert error < 1e-6, f"{where} the closed form is off by {error:.1e}."
            spent = k * closed["N"] * closed["D"] / C
            assert abs(spent - 1.0) < 1e-12, f"{where} it does not spend C."
            compared += 1
    assert compared, f"{law.name}: no draw has an optimum to compare."


@EXTREMES
def check_linear_structure(law: Law) -> None:
    """In its linear parameters together the law adds up and scales."""
    inputs, sets = draws(law).inputs, draws(law).sets
    chosen = [law.parameter_names.index(name) for name in law.linear]
    if not chosen:
        return
    other = sets.copy()
    other[:, chosen] = np.roll(sets[:, chosen], 1, axis=0)
    both = sets.copy()
    both[:, chosen] = 2.0 * sets[:, chosen] + 3.0 * other[:, chosen]
    parts = 2.0 * law.evaluate(inputs, sets) + 3.0 * law.evaluate(inputs, other)
    whole = law.evaluate(inputs, both)
    scale = np.abs(parts) + np.abs(whole)
    linear = (np.abs(parts - whole) <= 1e-12 * scale).all()
    assert linear, f"{law.name}: not linear in {', '.join(law.linear)}."


def check_formula_is_written(law: Law) -> None:
    """LaTeX and text exist and mention every parameter."""
    written, line = latex(law), formula_text(law)
    for name in law.parameter_names:
        assert latex_symbol(name) in written, f"{law.name}: the LaTeX lacks {name}: {written}"
        assert name in line, f"{law.name}: the text lacks {name}: {line}"
    for bracket, closing in ("{}", "()"):
        balanced = written.count(bracket) == written.count(closing)
        assert balanced, f"{law.name}: unbalanced {bracket}{closing} in {written}"


def _on_labels(check: Callable[[Law], None]) -> Callable[[Law], None]:
    """The check on a law whose vectors are bound: to the labels of a published set, else three."""

    @functools.wraps(check)
    def bound(law: Law) -> None:
        labels = next((item.labels for item in law.published), ()) or LABELS
        check(law.bind(labels) if law.vectors else law)

    return bound


CHECKS: dict[str, Callable[[Law], None]] = {
    name.removeprefix("check_"): (
        check if check is check_parameters_match_formula else _on_labels(check)
    )
    for name, check in list(globals().items())
    if name.startswith("check_")
}
