"""Best batch by parabolas in ln B: recovery, interval and penalty."""

from __future__ import annotations

import numpy as np
import pytest

from isoflop.core.errors import FitError
from isoflop.fit.batch_optimum import batch_law, batch_optimum

BATCHES = np.geomspace(3e4, 3e7, 9)


def losses(best, batch=BATCHES, noise=0.0, rng=None):
    bent = 2.5 + 0.5 * 0.02 * np.log(batch / best) ** 2
    return bent if rng is None else bent + noise * rng.normal(size=len(batch))


def test_a_parabola_gives_its_vertex_and_penalty():
    found = batch_optimum(BATCHES, losses(6e5))
    assert found.batch == pytest.approx(6e5, rel=1e-9)
    assert found.loss == pytest.approx(2.5, rel=1e-12)
    assert found.penalty(6e5 * np.e) == pytest.approx(0.01, rel=1e-9)


@pytest.mark.parametrize("best", [1e3, 1e9])
def test_an_optimum_at_an_edge_is_refused(best):
    with pytest.raises(FitError, match="edge") as caught:
        batch_optimum(BATCHES, losses(best))
    assert caught.value.code == "E534"


def test_two_batches_are_no_parabola():
    with pytest.raises(FitError, match="2 batches"):
        batch_optimum(BATCHES[:2], np.array([2.0, 2.1]))


def test_both_regimes_are_recovered_from_noisy_sweeps_and_forecast_beyond():
    """Sizes to 2.6B; the penalty of the forecast batch at 6.8B stays below half a per cent."""
    rng = np.random.default_rng(0)
    sizes = np.array([1.25e8, 3.5e8, 1.0e9, 2.6e9])
    tokens = np.array([2e10, 5e10, 1e11, 3e11])
    N, D = (grid.ravel() for grid in np.meshgrid(sizes, tokens))
    true_batch = 0.6 * N**0.05 * D**0.5
    groups = [(BATCHES, losses(best, noise=0.002, rng=rng)) for best in true_batch]
    law = batch_law(np.column_stack([N, D]), groups, seed=1)
    np.testing.assert_allclose(law.exponents, [0.05, 0.5], atol=0.05)
    target = 0.6 * 6.8e9**0.05 * 3e11**0.5
    lo, hi = law.interval(6.8e9, 3e11)
    assert lo < target < hi
    penalty = batch_optimum(BATCHES, losses(target)).penalty(law.at(6.8e9, 3e11))
    assert penalty < 0.005 * 2.5


def test_one_input_is_a_line_in_its_logarithm():
    C = np.array([1e19, 1e20, 1e21])
    groups = [(BATCHES, losses(1e5 * (c / 1e19) ** 0.33)) for c in C]
    law = batch_law(C[:, None], groups, seed=0, resamples=20)
    assert law.exponents[0] == pytest.approx(0.33, abs=1e-6)
    assert law.at(1e22) == pytest.approx(1e5 * 1e3**0.33, rel=1e-6)


def test_too_few_groups_are_refused():
    with pytest.raises(FitError, match="do not determine"):
        batch_law(np.array([[1e20]]), [(BATCHES, losses(6e5))], seed=0)
