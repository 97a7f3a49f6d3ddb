"""Check values of X34-X37: entries by three routes, from the published constants."""

from __future__ import annotations

import math

import numpy as np
import pytest

from isoflop.decide.architecture.vocabulary import best_vocabularies
from isoflop.fit.vocabulary.growth import cheapest_vocabulary, growth_exponent
from isoflop.laws.catalogue import get_law, get_rule

# Parameters without vocabulary, width, budget, entries by routes 1, 2, 3: whole numbers, cut.
ROWS = [
    (2.87e9, 3200, 1.19e21, (37942, 40993, 35271)),
    (7e9, 4096, 7.05e21, (62280, 67450, 59547)),
    (13e9, 5120, 2.43e22, (83429, 90503, 81347)),
    (70e9, 8192, 7.05e23, (211860, 230861, 217961)),
    (300e9, 16384, 1.30e25, (355894, 389324, 383659)),
]
COMPRESSION = get_law("tokens_per_character").coefficients().values


@pytest.mark.parametrize(("N_ne", "width", "C", "entries"), ROWS)
def test_entries_by_three_routes(N_ne, width, C, entries):
    found = best_vocabularies(N_ne, width)
    answers = (found.isoflop, found.derivative, found.parametric)
    assert tuple(map(math.floor, answers)) == entries
    assert pytest.approx(C, rel=5e-3) == found.C


@pytest.mark.parametrize(("N_ne", "width", "C", "entries"), ROWS)
def test_routes_agree_within_a_sixth(N_ne, width, C, entries):
    assert best_vocabularies(N_ne, width).spread < 7 / 6


@pytest.mark.parametrize(("N_ne", "width", "C", "entries"), ROWS)
def test_recalled_widths_are_those_of_the_check_values(N_ne, width, C, entries):
    assert float(get_rule("vocab_width")(N_ne=N_ne)["d"]) == width


def test_llama_70b_should_have_had_over_six_times_its_vocabulary():
    assert best_vocabularies(70e9, 8192).parametric > 216e3 > 6.0 * 32e3


@pytest.mark.parametrize(("N_ne", "width"), [(33e6, 512), (1.13e9, 2048)])
def test_cheapest_vocabulary_is_the_lowest_of_a_grid(N_ne, width):
    a, b, c = (COMPRESSION[name] for name in "abc")
    V = np.geomspace(1e3, 2e5, 200_001)
    compute = (N_ne + V * width) * ((a * np.log(V) + b) * np.log(V) + c)
    lowest = float(V[compute.argmin()])
    assert cheapest_vocabulary(N_ne, width, COMPRESSION) == pytest.approx(lowest, rel=1e-4)


def test_growth_of_the_measured_shapes_is_the_published_one():
    N_ne = np.array([33e6, 85e6, 151e6, 302e6, 631e6, 1.13e9])
    width = np.array([512.0, 768.0, 768.0, 1024.0, 1536.0, 2048.0])
    found = growth_exponent(N_ne, width, COMPRESSION)
    assert found == pytest.approx(0.8353974035228025, rel=0.01)
