"""Every law of the catalogue keeps the contract: one test id per law and check."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from isoflop.laws.catalogue import all_laws, all_members, get_law, get_member, get_rule
from isoflop.laws.law import Law
from isoflop.laws.rule import Rule
from isoflop.testing import law_contract, rule_contract

LAWS = [law.name for law in all_laws()]
RULES = [member.name for member in all_members() if isinstance(member, Rule)]


@pytest.mark.parametrize("check", law_contract.CHECKS.values(), ids=law_contract.CHECKS)
@pytest.mark.parametrize("name", LAWS)
def test_law_keeps_its_contract(name: str, check: Callable[[Law], None]) -> None:
    check(get_law(name))


@pytest.mark.parametrize("check", rule_contract.CHECKS.values(), ids=rule_contract.CHECKS)
@pytest.mark.parametrize("name", RULES)
def test_rule_keeps_its_contract(name: str, check: Callable[[Rule], None]) -> None:
    check(get_rule(name))


@pytest.mark.parametrize("member", all_members(), ids=lambda member: member.name)
def test_member_is_found_by_its_file(member: Law | Rule) -> None:
    assert get_member(member.name) is member
