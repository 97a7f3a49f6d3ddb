"""Every law of the catalogue keeps the contract: one test id per law and check."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from isoflop.laws.catalogue import get_law, law_modules
from isoflop.laws.law import Law
from isoflop.testing.law_contract import CHECKS


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize("name", law_modules())
def test_law_keeps_its_contract(name: str, check: Callable[[Law], None]) -> None:
    check(get_law(name))


@pytest.mark.parametrize("name", law_modules())
def test_law_is_found_by_its_file(name: str) -> None:
    assert get_law(name).name == name
