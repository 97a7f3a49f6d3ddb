"""Caps of the mixture design: mixtures above one are left out."""

import pytest

from isoflop.core.errors import UsageError
from isoflop.measure.design.design import get_design
from isoflop.measure.design.sizes import Base, count_dense
from isoflop.measure.design.table import Table

VALUES = {"sizes": [[16, 1]], "domains": ["a", "b", "c"], "draws": 40, "tokens": [1e5]}


def wishes(**more):
    table = Table("design", {**VALUES, **more})
    settings = {"vocab": 257, "seq_len": 128, "batch": 4, "width": 16, "depth": 1}
    base = Base(settings, count_dense("porian"), table)
    return get_design("mixture").wishes(table, base)


def test_no_mixture_is_above_a_cap():
    free, capped = wishes(), wishes(caps={"a": 0.3})
    kept = [wish.changes["shares"] for wish in free if wish.changes["shares"]["a"] <= 0.3]
    assert [wish.changes["shares"] for wish in capped] == kept
    assert 0 < len(capped) < len(free)


@pytest.mark.parametrize("caps", [{"q": 0.3}, {"a": 1.3}, {"a": 0.2, "b": 0.2, "c": 0.2}, 0.3])
def test_caps_that_mean_nothing_are_refused(caps):
    with pytest.raises(UsageError, match="caps"):
        wishes(caps=caps)
