"""Power-law spectra (W01): Monte Carlo against closed forms and limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import zeta

from isoflop.measure.spectrum import (
    Spectrum,
    expected_sample_limited,
    expected_size_limited,
    flow,
    sample_limited,
    size_limited,
    time_limited,
)

SPECTRA = [Spectrum(1.8, 1.5, 2048), Spectrum(1.5, 1.5, 2048), Spectrum(2.5, 1.3, 2048)]
FINE = 2**17  # modes of the closed forms, so many that the rest is far below the resolution


def mean_of(simulate, spectrum, draws=40, **more):
    rng = np.random.default_rng(0)
    losses = [simulate(spectrum, 64, rng, **more) for _ in range(draws)]
    return np.mean(losses), np.std(losses) / np.sqrt(draws)


@pytest.mark.parametrize("spectrum", SPECTRA, ids=str)
def test_size_limited_loss_agrees_with_its_closed_form(spectrum):
    """The closed form is the limit of many features; 64 leave a few percent."""
    mean, error = mean_of(size_limited, spectrum)
    closed = expected_size_limited(Spectrum(spectrum.a, spectrum.b, FINE), 64)
    assert mean == pytest.approx(closed, abs=3 * error + 0.03 * closed)


@pytest.mark.parametrize("spectrum", SPECTRA[:2], ids=str)
@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_sample_limited_loss_agrees_with_its_closed_form(spectrum, noise):
    mean, error = mean_of(sample_limited, spectrum, noise=noise)
    closed = expected_sample_limited(Spectrum(spectrum.a, spectrum.b, FINE), 64, noise)
    assert mean == pytest.approx(closed, abs=3 * error + 0.05 * closed)


@pytest.mark.parametrize(
    ("closed", "a", "b", "exponent"),
    [
        (expected_size_limited, 1.8, 1.5, 0.8),
        (expected_size_limited, 2.8, 1.2, 1.2),  # saturates at b: the loss of a projection
        (expected_sample_limited, 1.8, 1.5, 0.8),
        (expected_sample_limited, 2.9, 1.7, 1.9),  # up to 2b = 3.4, beyond b
    ],
)
def test_closed_forms_fall_with_the_known_exponents(closed, a, b, exponent):
    spectrum = Spectrum(a, b, 2**20)
    near, far = closed(spectrum, 2.0**12), closed(spectrum, 2.0**14)
    assert np.log(near / far) / np.log(4.0) == pytest.approx(exponent, abs=0.02)


def test_flow_begins_at_the_target_power_and_ends_in_the_projection():
    spectrum = SPECTRA[0]
    losses = flow(spectrum, 32, np.array([0.0, 1e12]), np.random.default_rng(4))
    assert losses[0] == pytest.approx(zeta(1.8), rel=1e-12)
    assert losses[1] == pytest.approx(
        size_limited(spectrum, 32, np.random.default_rng(4)), rel=1e-6
    )


def test_flow_of_a_few_modes_is_gradient_descent_in_small_steps():
    """Against Euler steps in feature space of the same draw."""
    spectrum, size, time, steps = Spectrum(3.0, 2.5, 50), 8, 3.0, 30_000
    loss = float(flow(spectrum, size, np.array([time]), np.random.default_rng(1))[0])
    rng = np.random.default_rng(1)
    features = rng.standard_normal((size, 50)) * np.sqrt(spectrum.eigenvalues / size)
    beyond = rng.standard_normal((size, 16)) * np.sqrt(zeta(5.5, 51.0) / size)
    overlap = (
        features @ (spectrum.target[:, None] * rng.choice([-1.0, 1.0], size=(50, 16))) + beyond
    )
    kernel = features @ features.T + np.eye(size) * spectrum.variance_beyond / size
    readout = np.zeros((size, 16))
    for _ in range(steps):
        readout += time / steps * (overlap - kernel @ readout)
    learned = 2 * np.sum(readout * overlap) - np.sum(readout * (kernel @ readout))
    assert loss == pytest.approx(zeta(3.0) - learned / 16, rel=1e-4)


def test_time_limited_loss_is_the_sum_over_all_modes():
    times = np.array([10.0, 1e3, 1e5])
    few, many = Spectrum(1.8, 1.5, 512), Spectrum(1.8, 1.5, 2**20)
    assert time_limited(few, times) == pytest.approx(time_limited(many, times), rel=1e-6)


def test_a_wide_model_follows_the_limit_of_all_features():
    spectrum = SPECTRA[0]
    wide = flow(spectrum, 1024, np.array([1.0, 10.0]), np.random.default_rng(0))
    assert wide == pytest.approx(time_limited(spectrum, np.array([1.0, 10.0])), rel=0.05)
