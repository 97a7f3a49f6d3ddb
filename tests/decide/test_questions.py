"""Each question of a whole plan against published numbers, counting, or the module behind it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.errors import PlanError, UsageError
from isoflop.core.flops import Shape, flops_per_token, params_non_embedding, params_total
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.decide.case import Case, Evidence, Teacher, Tokenised
from isoflop.decide.detail import Answer, details
from isoflop.decide.model_shape import shapes_near
from isoflop.decide.own_rates import read_own_rates
from isoflop.decide.plan_run import problem_of
from isoflop.decide.question import Request
from isoflop.decide.questions.epochs import effective
from isoflop.decide.rate_rules import advice_for
from isoflop.decide.time_front import front_through, time_front
from isoflop.fit.curve_fit.curve_fit import CurveFit
from isoflop.fit.fit import Fit
from isoflop.fit.mixture import MixtureFit, fit_mixture
from isoflop.laws.catalogue import get_law

FIT = Fit.published("chinchilla@besiroglu2024")
SHAPE = Shape(32, 4096, 32_000, 4096, 32, n_kv_head=8, d_ff=11_008, gated=True, tied=False)
CASE = Case(
    N=7e9,
    D=1.4e12,
    C=5.9e22,
    loss=2.0,
    problem=problem_of(FIT, Request(budget=5.9e22)),
    shape=SHAPE,
    tokenised=Tokenised(),
    evidence=Evidence(),
)


def asked(name: str, case: Case = CASE) -> Answer:
    (question,) = [one for one in details() if one.name == name]
    answer = question.answer(case)
    assert answer is not None
    return answer


def given(**evidence: object) -> Case:
    return replace(CASE, evidence=Evidence(**evidence))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("batch", "steps", "tokens"), [(1e4, 110_000, 1.1e9), (1e5, 2e4, 2e9), (1e6, 11_000, 1.1e10)]
)
def test_the_front_of_time_and_compute_is_as_printed(
    batch: float, steps: float, tokens: float
) -> None:
    found = time_front(1e4, 1e9, np.array([batch]))  # catalogue B02
    assert found.steps[0] == pytest.approx(steps)
    assert found.tokens[0] == pytest.approx(tokens)


def test_the_front_passes_through_the_plan_and_meets_its_own_law() -> None:
    steps_min, tokens_min = front_through(1e12, 4e6, 2e6)
    found = time_front(steps_min, tokens_min, np.array([1e6, 4e6, 9e6]))
    assert found.tokens[1] == pytest.approx(1e12)
    product = (found.steps / steps_min - 1.0) * (found.tokens / tokens_min - 1.0)
    np.testing.assert_allclose(product, 1.0)


def test_critical_batch_of_the_loss_is_kaplans_until_one_is_measured() -> None:
    published = asked("batch_time")
    assert published.values["critical_batch"].value == pytest.approx(7.3715e6, rel=1e-4)
    assert published.basis == "published"
    own = asked("batch_time", given(critical_batch=1e6))
    assert own.values["critical_batch"].value == 1e6
    assert "kaplan2020" not in own.sources


def test_step_law_leads_and_every_rule_stands_beside_it() -> None:
    answer = asked("learning_rate")
    blocks = params_non_embedding(SHAPE)
    lr = np.exp(0.5863077907399268) * blocks**-0.7129222911869902 * 1.4e12**0.30749095041206964
    assert answer.values["lr"].value == pytest.approx(lr)
    # 4.997M tokens (catalogue B11) are 1220 sequences; the nearest power of two is taken.
    assert answer.values["batch_tokens"].value == 1024 * 4096
    assert {one.name for one in answer.options} == {"DeepSeek", "Bjorck", "Porian", "MiniCPM"}
    band = answer.values["lr"]
    assert band.lo is not None
    assert band.hi is not None
    assert band.lo < 1.2e-4 < band.value <= band.hi


def test_compute_of_a_rule_is_counted_as_its_authors_did() -> None:
    found = {one.label: one for one in advice_for(CASE)}
    compute = flops_per_token(SHAPE, "deepseek") * 1.4e12
    assert found["DeepSeek"].lr == pytest.approx(0.3118 * compute**-0.125)


def rate_file(folder: Path) -> Path:
    power = {"value": 0.0, "interval": None}
    document = {
        "lr": {
            "ln_c": power | {"value": 1.0},
            "exponents": {"N": power | {"value": -0.5}, "D": power | {"value": 0.1}},
            "spread": 0.1,
        },
        "batch_tokens": {
            "ln_c": power,
            "exponents": {"D": power | {"value": 0.5}},
            "spread": 0.2,
        },
        "cells": [{"N_ne": 1e8, "D": 1e10}, {"N_ne": 1e9, "D": 1e11}],
    }
    path = folder / "rates.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_own_rates_lead_over_published_ones(tmp_path: Path) -> None:
    answer = asked("learning_rate", given(rates=read_own_rates(rate_file(tmp_path))))
    assert answer.basis == "own and published"
    lr = np.e * params_non_embedding(SHAPE) ** -0.5 * 1.4e12**0.1
    assert answer.values["lr"].value == pytest.approx(lr)
    assert answer.values["lr"].hi == pytest.approx(lr * np.exp(0.1645))
    assert "14x beyond" in answer.reach


def test_a_file_that_holds_no_rates_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_own_rates(path)
    assert caught.value.code == "E635"


@pytest.mark.parametrize(
    ("passes", "share"), [(2.0, 0.9841), (4.0, 0.9314), (8.0, 0.8280), (16.0, 0.6614)]
)
def test_effective_tokens_are_as_printed(passes: float, share: float) -> None:
    assert effective(passes, 15.387756) / passes == pytest.approx(share, abs=5e-5)


def test_passes_are_counted_and_no_question_arises_without_a_limit() -> None:
    (epochs,) = [one for one in details() if one.name == "epochs"]
    assert epochs.answer(CASE) is None
    answer = asked("epochs", replace(CASE, unique=0.35e12))
    assert answer.values["epochs"].value == pytest.approx(4.0)
    assert answer.values["effective_tokens"].value == pytest.approx(0.9314 * 1.4e12, rel=1e-4)


@pytest.mark.parametrize(
    ("size", "vocab", "tile"),
    [(3e7, 32_768, 64), (1.3e8, 32_768, 64)]
    + [(size, 128_256, 128) for size in (1.2e9, 7e9, 13e9, 70e9, 4e11, 3e12)],
)
def test_shapes_divide_and_hit_their_size(size: float, vocab: int, tile: int) -> None:
    found = shapes_near(size, vocab=vocab, context=4096)
    assert abs(found[0].params / size - 1.0) < 0.08
    shape = found[0].shape
    assert found[0].params == params_total(shape)
    assert shape.d % shape.n_head == 0
    assert shape.n_head % (shape.n_kv_head or shape.n_head) == 0
    assert shape.d % tile == 0
    assert (shape.d_ff or 0) % 128 == 0


def test_an_impossible_size_is_refused() -> None:
    with pytest.raises(PlanError) as caught:
        shapes_near(1e6, vocab=128_256, context=4096)
    assert caught.value.code == "E634"


def test_the_shape_is_counted_exactly() -> None:
    answer = asked("shape")
    assert answer.values["params"].value == params_total(SHAPE)
    assert answer.values["flop"].value == flops_per_token(SHAPE, "palm_causal") * 1.4e12


def test_vocabulary_shows_three_routes_and_their_band() -> None:
    answer = asked("vocabulary")
    value = answer.values["vocab"]
    assert value.lo is not None
    assert value.hi is not None
    assert value.lo < value.value < value.hi
    assert len(answer.options) == 3


def test_schedule_is_searched_under_a_curve_law_and_beats_the_usual_ones() -> None:
    published = asked("schedule")
    assert published.values["decay_share"].value == 0.1
    curve = CurveFit.published("multi_power@mpl-400m")
    short = replace(given(curve=curve), D=1.2e9)
    answer = asked("schedule", short)
    assert answer.options
    assert all(one.price.startswith("+") for one in answer.options)


@pytest.fixture(scope="module")
def even_mixture() -> MixtureFit:
    x = np.linspace(0.05, 0.95, 13)
    table = pl.DataFrame(
        {
            "row": np.arange(13),
            "share/a": x,
            "share/b": 1.0 - x,
            "loss/a": 2.0 + np.exp(0.5 - 4.0 * x),
            "loss/b": 2.0 + np.exp(0.5 - 4.0 * (1.0 - x)),
        }
    )
    return fit_mixture(Runs(table, Conventions(), Provenance("made", "made")), resamples=0, folds=0)


def test_mixture_is_capped_by_passes_over_a_small_source(even_mixture: MixtureFit) -> None:
    free = asked("mixture", given(mixture=even_mixture))
    assert free.values["a"].value == pytest.approx(0.5, abs=1e-4)
    # 4 passes over 35B tokens are a tenth of 1.4T.
    capped = asked("mixture", given(mixture=even_mixture, unique_of={"a": 35e9}))
    assert capped.values["a"].value == pytest.approx(0.1, abs=1e-6)
    assert asked("mixture").basis == "nothing"


def test_continual_share_meets_its_limit() -> None:
    law = get_law("dcpt")
    values = {
        "E": 2.0, "A": 300.0, "alpha": 0.34, "B": 700.0, "beta": 0.35, "eta": 0.1,
        "C": 0.12, "gamma": 0.8, "eps": 0.1,
    }  # fmt: skip
    general = Fit(
        law, values, np.empty((0, 9)), 0.9, {}, "loss", "", "total", evidence={"r": (0.1, 0.9)}
    )
    limit = float(general.predict({"N": 7e9, "D": 1.4e12, "r": 0.4}).value[0])
    answer = asked("continual", given(general=general, general_limit=limit))
    assert answer.values["share"].value == pytest.approx(0.6, abs=1e-8)


def test_experts_reach_the_catalogues_optimum() -> None:
    answer = asked("sparsity", replace(CASE, C=1e21))
    # Catalogue X43 at 1e21 FLOP: 32 experts, 2.9B active.
    assert answer.values["experts"].value == 32.0
    assert answer.values["N_active"].value == pytest.approx(2.9e9, rel=0.02)


def test_a_teacher_to_be_trained_for_one_student_is_not_worth_it() -> None:
    own = asked("distil")
    assert own.text.startswith("Train plainly")
    named = asked("distil", given(teacher=Teacher(70e9, 15e12)))
    assert named.missing == ""
    assert "teacher named" in named.text
