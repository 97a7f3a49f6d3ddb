"""A law in one line of text: read safely, and as good as a law of the catalogue."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoflop.core.errors import UsageError
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.laws.catalogue import get_law
from isoflop.laws.form import law_from_form
from isoflop.measure.world import get_world
from isoflop.testing.law_contract import CHECKS, check_sources_are_listed

ADDITIVE = "E + A*N**-a + B*D**-b; E in 0..10; A in 1e-3..1e12; a in 0.01..2; B in 1e-3..1e12"


@pytest.mark.parametrize(
    "text",
    [
        "E + A*N**-a + B*D**-b",
        "c + k*exp(-g*x)",
        "E + A*(N*(1 + k*log(P)))**-a; k in 0.01..2; input P = streams",
        "(N_c/N)**a + max(E, 0.5)*sqrt(1 + q*D**-b)",
    ],
)
def test_form_keeps_the_contract_of_laws(text: str) -> None:
    law = law_from_form(text)
    for name, check in CHECKS.items():
        if name not in ("parameters_match_formula", check_sources_are_listed.__name__[6:]):
            check(law)


def test_form_fits_like_the_law_of_the_catalogue() -> None:
    runs = get_world("additive").simulate(seed=3)
    text = f"{ADDITIVE}; b in 0.01..2"
    own = fit_law(runs, f"form:{text}", resamples=0)
    known = fit_law(runs, "chinchilla", resamples=0)
    names = {"E": "E", "A": "A", "alpha": "a", "B": "B", "beta": "b"}
    for theirs, mine in names.items():
        assert own.values[mine] == pytest.approx(known.values[theirs], rel=1e-6)
    again = Fit.from_json(own.to_json())
    assert again.law.name == f"form:{text}"
    assert again.predict({"N": 1e9, "D": 1e10}).value == own.predict({"N": 1e9, "D": 1e10}).value


N, P, Q = 3.0, 0.7, 1.9
Written = tuple[str, float]  # a text and the value it must have

leaves = st.floats(0.1, 5.0).map(lambda x: (f"{x!r}", x)) | st.sampled_from(
    [("N", N), ("p", P), ("q", Q)]
)


def _joined(parts: tuple[Written, str, Written]) -> Written:
    (left, x), sign, (right, y) = parts
    value = {"+": x + y, "-": x - y, "*": x * y, "/": x / y if y else math.inf}[sign]
    return f"({left} {sign} {right})", value


def _called(part: Written) -> Written:
    text, x = part
    return f"log(1 + ({text})**2)", math.log(1.0 + x * x) if x > 0.0 else math.inf


forms = st.recursive(
    leaves,
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(_joined) | inner.map(_called)
    ),
    max_leaves=8,
).filter(lambda form: math.isfinite(form[1]) and abs(form[1]) < 1e9)


@given(forms)
def test_form_means_what_arithmetic_says(form: Written) -> None:
    text, value = form
    law = law_from_form(f"N + p + q + {text}")
    found = law.predict({"N": N}, {"p": P, "q": Q})[0]
    assert found == pytest.approx(N + P + Q + value, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "E + A*N**-a if D else 1",
        "E + A*N^-a",
        "[N, D]",
        "E.real + N",
        "E + 'text'*N",
        "exp(N, 2) + E",
        "lambda: N",
        "E + A",
        "3*N",
        "E + A*N**-a; q in 1..2",
        "E + A*N**-a; a in 2..1",
        "E + A*N**-a; nonsense",
        "E + A*N**",
        "E*N + 1/0",
        "log*N + E",
        "-" * 600 + "N",
    ],
)
def test_what_is_no_form_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        law_from_form(text)
    assert raised.value.code == "E119"


def test_catalogue_finds_forms_by_their_text() -> None:
    assert get_law("form:E + A*N**-a").inputs == ("N",)
