"""Small tables for the reading tests."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def csv_file(tmp_path):
    """Writes a CSV file from its text and returns its path."""

    def write(text, name="runs.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def smooth():
    """A grid of runs on a Chinchilla surface with 0.3% scatter: params, tokens, loss."""
    rng = np.random.default_rng(0)
    params = np.repeat(np.geomspace(1e7, 1e10, 8), 6)
    tokens = np.tile(np.geomspace(1e9, 1e12, 6), 8)
    loss = 1.8172 + 482.01 * params**-0.3478 + 2085.43 * tokens**-0.3658
    return params, tokens, loss * np.exp(0.003 * rng.standard_normal(len(loss)))
