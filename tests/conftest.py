"""What every test may use: the folder of public tables, and hypothesis without chance or clock."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("isoflop", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("isoflop")

_REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Public tables of runs: $ISOFLOP_DATA, or ../shared/data beside the repository."""
    folder = Path(os.environ.get("ISOFLOP_DATA") or _REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the public tables are not here; set ISOFLOP_DATA to their folder")
    return folder
