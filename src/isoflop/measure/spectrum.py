"""Linear models on power-law spectra, the common ground of several worlds.

Features have eigenvalues k^-b and the target carries power k^-a in mode k = 1, 2, 3 ... without
end. The first modes are simulated one by one; those beyond act through their mean, because many
small independent modes do (a ridge on the kernel, a floor on the loss), so that finite size does
not bend the power laws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import brentq
from scipy.special import gamma, gammainc, zeta

from isoflop.core.arrays import FloatArray

Rng = np.random.Generator
TARGETS = 16  # random signs of the target modes that each draw of features is averaged over


@dataclass(frozen=True)
class Spectrum:
    """Decay of the target power (a) and of the eigenvalues (b), both above 1.

    Parameters
    ----------
    modes : how many modes are simulated one by one.
    """

    a: float
    b: float
    modes: int

    @property
    def ranks(self) -> FloatArray:
        """1, 2, 3 ..., (modes,)."""
        return np.arange(1.0, self.modes + 1.0)

    @property
    def eigenvalues(self) -> FloatArray:
        """(modes,)"""
        return self.ranks**-self.b

    @property
    def target(self) -> FloatArray:
        """Target amplitude of each mode at unit feature variance, (modes,)."""
        return self.ranks ** (-self.a / 2.0)

    @property
    def variance_beyond(self) -> float:
        """Feature variance of the modes not simulated."""
        return float(zeta(self.b, self.modes + 1.0))

    @property
    def power_beyond(self) -> float:
        """Target power of the modes not simulated."""
        return float(zeta(self.a, self.modes + 1.0))

    @property
    def power(self) -> float:
        """Target power of all modes: the loss before anything is learned."""
        return float(zeta(self.a))


def _targets(spectrum: Spectrum, rng: Rng) -> FloatArray:
    """Targets of the same power whose modes differ in sign, (modes, TARGETS)."""
    signs = rng.choice([-1.0, 1.0], size=(spectrum.modes, TARGETS))
    return np.asarray(spectrum.target[:, None] * signs)


def _projection(spectrum: Spectrum, size: int, rng: Rng) -> tuple[FloatArray, FloatArray]:
    """Kernel of random features (size, size), and their overlap with targets (size, TARGETS)."""
    features = rng.standard_normal((size, spectrum.modes)) * np.sqrt(spectrum.eigenvalues)
    kernel = features @ features.T
    kernel[np.diag_indices(size)] += spectrum.variance_beyond
    missed = float(zeta(spectrum.a + spectrum.b, spectrum.modes + 1.0))
    beyond = np.sqrt(missed) * rng.standard_normal((size, TARGETS))
    return kernel, features @ _targets(spectrum, rng) + beyond


def size_limited(spectrum: Spectrum, size: int, rng: Rng) -> float:
    """Loss of the best linear readout of ``size`` random features, for one draw of them."""
    kernel, overlap = _projection(spectrum, size, rng)
    learned = float(np.sum(overlap * cho_solve(cho_factor(kernel), overlap))) / TARGETS
    return spectrum.power - learned


def flow(spectrum: Spectrum, size: int, times: FloatArray, rng: Rng) -> FloatArray:
    """Loss under gradient flow on the population, one draw of ``size`` features, (n_times,)."""
    kernel, overlap = _projection(spectrum, size, rng)
    rates, basis = np.linalg.eigh(kernel / size)
    learned = np.mean((basis.T @ overlap) ** 2, axis=1) / size / rates
    return np.asarray(spectrum.power + np.expm1(-2.0 * np.outer(times, rates)) @ learned)


def time_limited(spectrum: Spectrum, times: FloatArray) -> FloatArray:
    """Loss under gradient flow with every feature and all data, exact, (n_times,).

    The modes beyond are summed by their integral (midpoint rule of Euler and Maclaurin).
    """
    decay = np.exp(-2.0 * np.outer(times, spectrum.eigenvalues))
    order = (spectrum.a - 1.0) / spectrum.b
    reach = 2.0 * times * (spectrum.modes + 0.5) ** -spectrum.b
    beyond = (2.0 * times) ** -order * gamma(order) * gammainc(order, reach) / spectrum.b
    return np.asarray(decay @ spectrum.target**2 + beyond)


def sample_limited(spectrum: Spectrum, samples: int, rng: Rng, noise: float = 0.0) -> float:
    """Test loss of the least-norm interpolator of Gaussian samples, for one draw of them.

    Parameters
    ----------
    noise : variance of the labels' noise; the test labels have none.
    """
    root = np.sqrt(spectrum.eigenvalues)
    inputs = rng.standard_normal((samples, spectrum.modes)) * root
    weights = _targets(spectrum, rng) / root[:, None]
    beyond = np.sqrt(spectrum.power_beyond + noise) * rng.standard_normal((samples, TARGETS))
    kernel = inputs @ inputs.T
    kernel[np.diag_indices(samples)] += spectrum.variance_beyond
    dual = cho_solve(cho_factor(kernel), inputs @ weights + beyond)
    error = root[:, None] * (inputs.T @ dual - weights)
    return float(np.sum(error**2)) / TARGETS + spectrum.power_beyond


def resolution(spectrum: Spectrum, count: float) -> float:
    """The eigenvalue that ``count`` features or samples resolve: sum lam/(lam + it) = count."""
    eigenvalues = spectrum.eigenvalues

    def excess(log_level: float) -> float:
        level = np.exp(log_level)
        beyond = spectrum.variance_beyond / level
        return float(np.sum(eigenvalues / (eigenvalues + level)) + beyond - count)

    return float(np.exp(brentq(excess, -80.0, 40.0, xtol=1e-13)))


def expected_size_limited(spectrum: Spectrum, size: float) -> float:
    """Mean of :func:`size_limited` for many features: sum k^-a level/(lam + level)."""
    level = resolution(spectrum, size)
    left = level / (spectrum.eigenvalues + level)
    return float(spectrum.target**2 @ left) + spectrum.power_beyond


def expected_sample_limited(spectrum: Spectrum, samples: float, noise: float = 0.0) -> float:
    """Mean of :func:`sample_limited` for many samples."""
    level = resolution(spectrum, samples)
    left = level / (spectrum.eigenvalues + level)
    bias = float(spectrum.target**2 @ left**2) + spectrum.power_beyond
    overfit = float(np.sum((1.0 - left) ** 2)) / samples
    return (bias + noise * overfit) / (1.0 - overfit)
