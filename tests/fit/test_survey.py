"""All laws on one table: what applies is fitted as fit_law fits it, the rest says why not."""

from __future__ import annotations

import json

import pytest

from isoflop.core.errors import UsageError
from isoflop.fit.fit_law import fit_law
from isoflop.fit.survey import Survey, survey
from isoflop.laws.catalogue import all_laws
from isoflop.measure.world import get_world

LAWS = ("chinchilla", "m2", "muennighoff", "step_law_lr", "mix_exp", "kaplan_params")


@pytest.fixture(scope="module")
def found() -> Survey:
    return survey(get_world("additive").simulate(seed=2), laws=LAWS, resamples=5)


def test_every_law_is_fitted_or_has_a_reason(found: Survey) -> None:
    assert {item.law for item in found.fitted} | {item.law for item in found.left_out} == set(LAWS)
    reasons = {item.law: item.reason for item in found.left_out}
    assert "lr" in str(reasons["step_law_lr"])
    assert "share" in str(reasons["mix_exp"])
    assert "tokens_unique" in str(reasons["muennighoff"])


def test_fits_are_those_of_fit_law(found: Survey) -> None:
    runs = get_world("additive").simulate(seed=2)
    alone = fit_law(runs, "chinchilla", resamples=5)
    fit = next(item.fit for item in found.fitted if item.law == "chinchilla")
    assert fit is not None
    assert fit.to_json() == alone.to_json()


def test_closest_law_comes_first(found: Survey) -> None:
    errors = [item.error or 0.0 for item in found.fitted]
    assert errors == sorted(errors)
    assert found.fitted[0].law == "chinchilla"  # the world is additive


def test_document_is_complete(found: Survey) -> None:
    document = json.loads(found.to_json())
    assert len(document["fitted"]) + len(document["left_out"]) == len(LAWS)


def test_no_law_for_a_target_is_an_error() -> None:
    with pytest.raises(UsageError) as raised:
        survey(get_world("additive").simulate(seed=2), target="seed")
    assert raised.value.code == "E311"
    assert len(all_laws()) > len(LAWS)
