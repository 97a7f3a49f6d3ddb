"""The saturating count of experts keeps its three promises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoflop.laws.saturation import saturated

STARTS = st.floats(0.1, 10.0)
MOSTS = st.floats(11.0, 1e4)


@given(STARTS, MOSTS)
def test_one_gives_the_start(start: float, most: float) -> None:
    assert saturated(1.0, start, most) == pytest.approx(start, rel=1e-12)


@given(STARTS, MOSTS)
def test_very_many_give_the_most(start: float, most: float) -> None:
    assert saturated(1e15, start, most) == pytest.approx(most, rel=1e-9)


@given(STARTS, MOSTS, st.floats(1.0, 1e3), st.floats(1.01, 10.0))
def test_more_give_more_and_never_the_most(
    start: float, most: float, x: float, factor: float
) -> None:
    assert saturated(x, start, most) < saturated(factor * x, start, most) < most
