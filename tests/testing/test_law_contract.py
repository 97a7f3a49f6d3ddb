"""The contract refuses laws that break it, each with the right check."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from isoflop.laws.catalogue import get_law
from isoflop.laws.law import Claim, Law, Published, Reported
from isoflop.testing.law_contract import CHECKS

CHINCHILLA = get_law("chinchilla")
FIRST = CHINCHILLA.published[0]


def swapped(N: Any, D: Any, E: Any, A: Any, alpha: Any, beta: Any, B: Any) -> Any:
    return CHINCHILLA.formula(N, D, E, A, alpha, B, beta)


def truncated(N: Any, D: Any, E: Any, A: Any, alpha: Any, B: Any, beta: Any) -> Any:
    return CHINCHILLA.formula(N, D, np.abs(E), np.abs(A), np.abs(alpha), np.abs(B), np.abs(beta))


def averaged(N: Any, D: Any, E: Any, A: Any, alpha: Any, B: Any, beta: Any) -> Any:
    return CHINCHILLA.formula(N, D, E, A, alpha, B, beta) * np.mean(D) / 1e10


def off_by_two(values: Any, C: Any, k: float) -> dict[str, Any]:
    found = CHINCHILLA.optimum(values, C, k) if CHINCHILLA.optimum else {}
    return {"N": found["N"] * 2.0, "D": found["D"] / 2.0}


def published(**changes: Any) -> tuple[Published, ...]:
    return (replace(FIRST, **changes),)


BROKEN = {
    "parameters_match_formula": {"formula": swapped},
    "formula_is_complex_safe": {"formula": truncated},
    "broadcasts": {"formula": averaged},
    "claims_hold": {"claims": (Claim("increases", in_="N"),)},
    "closed_form_is_the_optimum": {"optimum": off_by_two},
    "sources_are_listed": {"source": "nobody1900"},
    "published_values_are_usable": {"published": published(values={"E": 1.0})},
    "reported_numbers_return": {
        "published": published(reported=(Reported({"C": 1e21}, {"loss": 2.0}, 1e-3),))
    },
    "bounds_are_ordered": {
        "parameters": (replace(CHINCHILLA.parameters[0], low=11.0), *CHINCHILLA.parameters[1:])
    },
}


@pytest.mark.parametrize("check", BROKEN)
def test_contract_refuses_a_law_that_breaks_it(check: str) -> None:
    law: Law = replace(CHINCHILLA, **BROKEN[check])  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="chinchilla"):
        CHECKS[check](law)


def test_wrong_limit_is_refused() -> None:
    law = replace(CHINCHILLA, claims=(Claim("tends to"),))
    with pytest.raises(AssertionError, match="does not tend to zero"):
        CHECKS["claims_hold"](law)


def test_failure_tells_matching_digits() -> None:
    reported = (Reported({"N": 70e9, "D": 1.4e12}, {"loss": 1.974}, 1e-9),)
    law = replace(CHINCHILLA, published=published(reported=reported))
    with pytest.raises(AssertionError, match=r"4\.\d digits match"):
        CHECKS["reported_numbers_return"](law)
