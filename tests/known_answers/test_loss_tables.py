"""Five public tables: README figures come back, and choices made on training rows hold up.

The bars are the figures of the READMEs, reproduced with their law, and for the law that training
rows choose the error it made when the benchmark was first run. Nothing is tuned on held-out rows.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from benchmarks import loss_tables

TENTH = 0.01  # per cent; the READMEs print one or two digits


@pytest.fixture(scope="module")
def tables(data_dir):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ISOFLOP_DATA", str(data_dir))
        yield loss_tables


@cache
def scored(case: str, *arguments: str):
    """Every candidate of a case; fitted once for all tests."""
    return loss_tables.results(getattr(loss_tables, case)(*arguments))


def of_law(results, name: str):
    return next(result for result in results if result.candidate.name == name)


def chosen(results):
    return next(result for result in results if result.chosen)


@pytest.mark.parametrize(
    ("case", "law", "stated"),
    [
        ("misfitting", "chinchilla (long rows)", [0.3, 1.8]),
        ("marin", "chinchilla", [2.7]),
        ("mu_scaling", "m2", [0.29, -0.17, -0.18]),
    ],
)
def test_figures_of_the_readme_come_back(tables, case: str, law: str, stated: list[float]) -> None:
    found = of_law(scored(case), law)
    assert 100.0 * found.errors == pytest.approx(stated, abs=0.05)


def test_llama3_mean_and_bias_of_the_readme_come_back(tables) -> None:
    found = of_law(scored("llama3"), "chinchilla").errors
    assert len(found) == 12
    assert 100.0 * np.abs(found).mean() == pytest.approx(0.84, abs=TENTH)
    assert 100.0 * found.mean() == pytest.approx(0.73, abs=TENTH)


def test_llama3_tokens_come_back(tables) -> None:
    coefficient, exponent, tokens = tables.llama3_tokens()
    assert coefficient == pytest.approx(0.299, abs=5e-4)
    assert exponent == pytest.approx(0.5368, abs=5e-5)
    assert tokens == pytest.approx(16.1e12, rel=5e-3)


def test_mu_scaling_coefficients_of_the_readme_come_back(tables) -> None:
    # loss = a x^b + c with x in millions of parameters: a 2.469, b -0.423, c 2.923.
    values = of_law(scored("mu_scaling"), "m2").values
    assert values["b"] * 1e6 ** -values["c"] == pytest.approx(2.469, abs=1e-3)
    assert -values["c"] == pytest.approx(-0.423, abs=5e-4)
    assert values["e_inf"] == pytest.approx(2.923, abs=5e-4)


@pytest.mark.parametrize(
    ("case", "law", "bar"),
    [
        ("misfitting", "skaling (long rows)", 1.3),
        ("marin", "skaling", 0.6),
        ("llama3", "skaling", 0.55),
        ("mu_scaling", "m2", 0.25),
        ("ladder", "farseer", 2.2),
    ],
)
def test_law_chosen_on_training_rows_forecasts_the_rest(
    tables, case: str, law: str, bar: float
) -> None:
    found = chosen(scored(case))
    assert found.candidate.name == law
    assert 100.0 * np.abs(found.errors).mean() < bar


@pytest.mark.parametrize(
    "architecture",
    ["6enc_6dec", "28enc_6dec", "6enc_28dec", "dec_only", "transformer_enc_lstm_dec"],
)
def test_saturating_law_chosen_on_training_rows_beats_the_readme(tables, architecture: str) -> None:
    found = chosen(scored("translation", architecture))
    assert found.candidate.law in ("m3", "m4")
    error = 100.0 * abs(float(found.errors[0]))
    assert error < 2.0
    assert error < abs(tables.README_M2[architecture])


def test_held_out_rows_are_in_no_training_table(tables) -> None:
    for case in tables.cases():
        outside = set(case.held_out.values("loss").tolist())
        inside = set(case.learn.values("loss").tolist())
        assert not outside & inside, case.table
