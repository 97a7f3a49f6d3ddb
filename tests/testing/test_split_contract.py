"""The contract refuses splits that break it, each with the right check."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from isoflop.core.arrays import FloatArray
from isoflop.core.runs import Runs
from isoflop.testing.split_contract import CHECKS
from isoflop.validate.split import Split


class Ranks(Split):
    """Depends on the other runs."""

    def values(self, runs: Runs) -> FloatArray:
        return np.argsort(np.argsort(runs.values(self.column))) + 1.0


class FirstRow(Split):
    """Depends on the order of the rows."""

    def thresholds(self, runs: Runs, given: Sequence[float | str] = ()) -> tuple[float, ...]:
        return (float(self.values(runs)[0]),)


class Empty(Split):
    """Leaves nothing to forecast."""

    def thresholds(self, runs: Runs, given: Sequence[float | str] = ()) -> tuple[float, ...]:
        return (float(self.values(runs).max()),)


class Absolute(Split):
    """Cuts at a number of its own."""

    def thresholds(self, runs: Runs, given: Sequence[float | str] = ()) -> tuple[float, ...]:
        return (float(np.median(self.values(runs))) + 1000.0,)


class Lenient(Split):
    """Accepts whatever it is given."""

    def values(self, runs: Runs) -> FloatArray:
        return runs.values(self.column)


BROKEN = {
    "column_is_a_known_number": Split("mine", "not_a_column", "mine"),
    "values_are_the_quantity": Ranks("mine", "tokens", "mine"),
    "thresholds_leave_both_sides": Empty("mine", "tokens", "mine"),
    "thresholds_do_not_depend_on_the_order": FirstRow("mine", "tokens", "mine"),
    "thresholds_follow_the_unit": Absolute("mine", "tokens", "mine"),
    "given_thresholds_are_kept": FirstRow("mine", "tokens", "mine"),
    "impossible_requests_are_refused": Lenient("mine", "tokens", "mine"),
}


@pytest.mark.parametrize("check", BROKEN)
def test_contract_refuses_a_split_that_breaks_it(check: str) -> None:
    with pytest.raises(AssertionError, match="mine"):
        CHECKS[check](BROKEN[check])


def test_every_check_has_a_split_that_breaks_it() -> None:
    assert set(BROKEN) == set(CHECKS)
