"""Random-feature regression (W02, W04): identities, double descent, exact variance."""

from __future__ import annotations

import numpy as np
import pytest

from isoflop.measure.spectrum import Spectrum
from isoflop.measure.world import get_world
from isoflop.measure.worlds.bahri import excess_from_samples, excess_from_width
from isoflop.measure.worlds.maloney import expected_loss, regression_losses, resolved


@pytest.fixture(scope="module")
def grid():
    return {ridge: grid_of(ridge) for ridge in (0.0, 0.3)}


def grid_of(ridge):
    v = get_world("maloney").checked({"ridge": ridge})
    cells = [(n, t) for n in (64, 128, 256, 512) for t in (64, 128, 256, 512)]
    sizes, samples = np.array(cells, dtype=float).T
    losses = regression_losses(sizes, samples, v, np.random.default_rng(0))
    return dict(zip(cells, losses, strict=True))


@pytest.mark.parametrize(
    ("size", "samples", "loss"), [(100, 400, 0.433), (200, 400, 0.432), (50, 800, 0.508)]
)
def test_closed_form_gives_the_numbers_of_the_catalogue(size, samples, loss):
    assert expected_loss(size, samples, 0.5, 4000) == pytest.approx(loss, abs=5e-4)
    assert expected_loss(samples, size, 0.5, 4000) == pytest.approx(loss, abs=5e-4)


@pytest.mark.parametrize("cell", [(64, 512), (512, 64), (128, 512), (512, 128)], ids=str)
def test_simulated_loss_agrees_with_the_closed_form(grid, cell):
    """One draw of 64 features scatters by 3 to 4% (measured over 24 draws)."""
    assert grid[0.0][cell] == pytest.approx(expected_loss(*cell, 1.0, 4096), rel=0.12)


def test_loss_peaks_where_size_equals_samples(grid):
    losses = [grid[0.0][256, samples] for samples in (64, 128, 256, 512)]
    assert int(np.argmax(losses)) == 2
    assert losses[2] > 5 * losses[3]


def test_ridge_removes_the_peak(grid):
    losses = [grid[0.3][256, samples] for samples in (64, 128, 256, 512)]
    assert losses == sorted(losses, reverse=True)


def test_the_law_breaks_at_the_end_of_the_world():
    slopes = [
        np.log(resolved(n, 1.0, 2048) / resolved(1.5 * n, 1.0, 2048)) / np.log(1.5)
        for n in (64, 1200)
    ]
    assert slopes[0] == pytest.approx(1.0, abs=0.05)
    assert slopes[1] > 1.5


def test_excess_from_samples_has_the_exact_mean():
    """limit size/(samples - size - 1), the mean of an inverse Wishart."""
    rng = np.random.default_rng(0)
    found = [excess_from_samples(2.0, 16, 100, rng) for _ in range(2000)]
    error = 3 * np.std(found) / np.sqrt(len(found))
    assert np.mean(found) == pytest.approx(2.0 * 16 / 83, abs=error)


def test_excess_from_width_is_that_of_real_random_features():
    """Against regressions on drawn features, with a spectrum so steep that no tail matters."""
    spectrum, samples, width = Spectrum(6.0, 6.0, 60), 4, 40
    rng = np.random.default_rng(1)
    quick = np.array([excess_from_width(spectrum, samples, [width], rng)[0] for _ in range(2000)])
    direct = np.array([_excess_of_regression(spectrum, samples, width, rng) for _ in range(2000)])
    error = 3 * np.hypot(quick.std(), direct.std()) / np.sqrt(2000)
    assert quick.mean() == pytest.approx(direct.mean(), abs=error)
    assert error < 0.3 * quick.mean()


def _excess_of_regression(spectrum, samples, width, rng):
    root = np.sqrt(spectrum.eigenvalues)
    inputs = rng.standard_normal((samples, spectrum.modes)) * root
    features = rng.standard_normal((width, spectrum.modes))
    weights = spectrum.target / root * rng.choice([-1.0, 1.0], spectrum.modes)
    labels = inputs @ weights
    seen = inputs @ features.T
    random = features.T @ seen.T @ np.linalg.solve(seen @ seen.T, labels)
    kernel = inputs.T @ np.linalg.solve(inputs @ inputs.T, labels)
    # The error of the kernel and this one are uncorrelated, so their squares add up.
    return float(np.sum((root * (random - kernel)) ** 2))
