"""Every hold-out split keeps the contract: one test id per split and check."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from isoflop.testing.split_contract import CHECKS
from isoflop.validate.split import Split, get_split, splits

NAMES = [split.name for split in splits()]


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize("name", NAMES)
def test_split_keeps_its_contract(name: str, check: Callable[[Split], None]) -> None:
    check(get_split(name))
