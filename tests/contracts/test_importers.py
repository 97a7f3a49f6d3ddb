"""Every importer keeps the contract: one test id per importer and check, samples found by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from isoflop.measure.importers.importer import Importer
from isoflop.measure.source import importers
from isoflop.testing.importer_contract import CHECKS

SAMPLES = {path.stem: path for path in (Path(__file__).parent / "importer_samples").iterdir()}
KNOWN = {importer.name: importer for importer in importers()}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize("name", KNOWN)
def test_importer_keeps_its_contract(name: str, check: Callable[[Importer, bytes], None]) -> None:
    assert name in SAMPLES, f"write importer_contract.TABLE as importer_samples/{name}.SUFFIX"
    check(KNOWN[name], SAMPLES[name].read_bytes())


def test_no_two_importers_claim_one_suffix() -> None:
    claimed = [suffix for importer in KNOWN.values() for suffix in importer.suffixes]
    assert len(claimed) == len(set(claimed))
