"""Formulas are written as people write them."""

from __future__ import annotations

import pytest

from isoflop.laws.catalogue import get_law
from isoflop.laws.expression import symbol
from isoflop.laws.latex import formula_text, latex, latex_symbol


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("alpha", r"\alpha"),
        ("alpha_N", r"\alpha_{N}"),
        ("x0", "x_{0}"),
        ("e_inf", r"e_{\infty}"),
        ("D'", "D'"),
        ("rate", r"\mathrm{rate}"),
        ("R_eff", r"R_{\mathrm{eff}}"),
    ],
)
def test_symbol_is_written_as_the_field_writes_it(name: str, written: str) -> None:
    assert latex_symbol(name) == written


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("chinchilla", r"L(N, D) = E + A\,N^{-\alpha} + B\,D^{-\beta}"),
        ("m4", r"\frac{L - e_{\infty}}{\left(e_{0} - L\right)^{\alpha}} = b\,x^{-c}"),
        (
            "kaplan_joint",
            r"L(N, D) = \left(\left(\frac{N_{c}}{N}\right)^{\alpha_{N}/\alpha_{D}}"
            r" + \frac{D_{c}}{D}\right)^{\alpha_{D}}",
        ),
    ],
)
def test_latex_follows_from_the_formula(name: str, written: str) -> None:
    assert latex(get_law(name)) == written


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("chinchilla", "L(N, D) = E + A*N^-alpha + B*D^-beta"),
        ("compute_only", "L(C) = p*log10(C) + q"),
        (
            "overtraining",
            "L(N, D) = E + (a*M^eta + b*M^-eta)*C^-eta, where M = D/N, C = 6*N*D",
        ),
        ("bnsl", "L(x) = a + b*x^-c0*(1 + (x/d1)^(1/f1))^-(c1*f1)"),
    ],
)
def test_text_follows_from_the_formula(name: str, written: str) -> None:
    assert formula_text(get_law(name)) == written


def test_parentheses_keep_the_meaning() -> None:
    a, b, c = symbol("a"), symbol("b"), symbol("c")
    shown = [a - (b - c), a - (b + c), a / (b / c), (a + b) * -c, -(a + b), a * (b / c), -2.0 * a]
    texts = [_text(node) for node in shown]
    assert texts == [
        "a - (b - c)",
        "a - (b + c)",
        "a/(b/c)",
        "-(a + b)*c",
        "-(a + b)",
        "a*b/c",
        "-2*a",
    ]


def _text(node: object) -> str:
    from isoflop.laws.law import Law

    law = Law("t", "loss", ("a",), lambda a: node, "kaplan2020", ())
    return formula_text(law).removeprefix("L(a) = ")
