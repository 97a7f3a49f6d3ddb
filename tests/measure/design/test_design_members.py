"""Every sweep design keeps the contract and is found by its file."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import pytest

from isoflop.measure.design.design import Design, designs
from isoflop.testing.design_contract import CHECKS


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize("name", designs())
def test_design_keeps_its_contract(name: str, check: Callable[[Design], None]) -> None:
    check(designs()[name])


@pytest.mark.parametrize("name", designs())
def test_design_is_found_by_its_file(name: str) -> None:
    module = importlib.import_module(f"isoflop.measure.design.{name}")
    assert designs()[name] is module.DESIGN
