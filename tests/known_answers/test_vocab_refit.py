"""The three routes of vocabulary2024 refitted on its 1,200 checkpoints; the largest size held out.

Bars: what the refits reach, rounded up; benchmarks/vocab_table.py prints the figures themselves.
"""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.vocab_table import (
    HELD_OUT,
    PUBLISHED,
    errors,
    fit_parametric,
    fit_routes,
    in_units_of_the_source,
    rms,
    vocabulary_runs,
)

from isoflop.decide.architecture.vocabulary import balanced_compute, by_parametric
from isoflop.fit.vocabulary.curves import TARGET
from isoflop.fit.vocabulary.growth import seen_optimum
from isoflop.laws.catalogue import get_published


@pytest.fixture(scope="module")
def runs(data_dir):
    return vocabulary_runs()


@pytest.fixture(scope="module")
def largest(runs):
    return runs.take(runs.values("N_ne") >= HELD_OUT)


@pytest.fixture(scope="module")
def routes(runs):
    return fit_routes(runs)


@pytest.fixture(scope="module")
def blind(runs):
    return fit_routes(runs.take(runs.values("N_ne") < HELD_OUT))


def test_compression_is_given_back_exactly(routes):
    _, published = get_published("tokens_per_character")
    assert routes.compression.values == pytest.approx(dict(published.values), rel=1e-6)


def test_route_3_in_the_units_of_the_source_is_the_published_one(runs):
    fit = fit_parametric(in_units_of_the_source(runs))
    _, published = get_published("vocab_parametric@vocabulary2024")
    assert fit.values == pytest.approx(dict(published.values), rel=0.03)
    entries = [by_parametric(n, d, balanced_compute(n), fit.values) for n, d, _ in PUBLISHED]
    assert entries == pytest.approx([stated[2] for _, _, stated in PUBLISHED], rel=0.012)


def test_route_3_in_true_tokens(routes):
    found = routes.parametric
    expected = {"E": 5.537, "A1": 1.90, "A2": 0.129, "B": 1.33, "a": 0.440, "a2": 1.06}
    assert dict(found.values) == pytest.approx(expected, rel=3e-3)
    assert found.objective_value == pytest.approx(0.067, abs=5e-4)


def test_published_route_3_needs_the_units_of_the_source(runs):
    law, published = get_published("vocab_parametric@vocabulary2024")
    shares = []
    for part in (runs, in_units_of_the_source(runs)):
        used = part.take(part.values("in_published_fit") == 1.0)
        inputs = {s: used.values(law.axis(s).column) for s in law.inputs}
        loss = used.values(TARGET)
        gap = law.predict(inputs, published.values) - loss
        shares.append(1.0 - np.sum(gap**2) / np.sum((loss - loss.mean()) ** 2))
    assert shares == pytest.approx([0.036, 0.972], abs=1e-3)


def test_route_2_grows_as_published(routes):
    assert routes.growth.g == pytest.approx(0.8353974, rel=0.01)
    assert pytest.approx(3145728.0, rel=0.2) == routes.growth.N_0


def test_route_1_grows_as_published(routes):
    assert routes.envelope.a2 == pytest.approx(0.4164, abs=0.03)


@pytest.mark.parametrize("route", [0, 1])
@pytest.mark.parametrize(("N_ne", "width", "published"), PUBLISHED[:2])
def test_routes_1_and_2_are_within_a_fifth_of_the_published(routes, N_ne, width, published, route):
    assert routes.entries(N_ne, width)[route] == pytest.approx(published[route], rel=0.2)


def test_routes_1_and_2_foretell_the_largest_size(blind, largest):
    N_ne, width = float(largest.values("N_ne")[0]), float(largest.values("width")[0])
    C = balanced_compute(N_ne, blind.envelope.K1)
    seen = seen_optimum(largest, N_ne, C)
    assert seen is not None
    assert blind.entries(N_ne, width)[:2] == pytest.approx([seen / width] * 2, rel=0.2)


def test_route_3_foretells_the_loss_of_the_largest_size(blind, largest):
    used = largest.take(largest.values("in_published_fit") == 1.0)
    assert rms(errors(blind.parametric, used)) < 0.15
