"""The law of parallel streams refitted on its 48 runs, and on those it has not seen."""

from __future__ import annotations

import pytest
from benchmarks.parscale_table import CORPORA, held_out, parscale_runs, r2

from isoflop.fit.fit_law import fit_law


@pytest.fixture(scope="module", params=sorted(CORPORA))
def corpus(request, data_dir):
    return request.param


@pytest.fixture(scope="module")
def hidden(corpus):
    return held_out(parscale_runs(corpus))


def test_the_published_constants_return(corpus):
    runs = parscale_runs(corpus)
    fit = fit_law(runs, "parscale", resamples=0)
    published = fit.law.coefficients(CORPORA[corpus]).values
    assert dict(fit.values) == pytest.approx(dict(published), rel=2e-3)
    stated = {"pile": 0.9987, "stack_v2_python": 0.9978}[corpus]
    assert r2(fit, runs) == pytest.approx(stated, abs=1e-4)


def test_hidden_sizes_and_streams_are_foretold(hidden):
    assert max(row.mean for row in hidden) < 0.01
    assert max(row.worst for row in hidden) < 0.011


def test_a_law_blind_to_streams_is_worse_on_every_hidden_set(hidden):
    assert all(row.mean < 0.6 * row.blind for row in hidden)


def test_the_worth_of_streams_is_stable(hidden):
    ks = [row.k for row in hidden]
    assert max(ks) / min(ks) < 1.1
