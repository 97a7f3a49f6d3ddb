"""What every hold-out split keeps: an order of runs, and thresholds with runs on both sides.

Each check takes a split and raises AssertionError with a sentence; ``CHECKS`` holds them by name::

    @pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
    def test_my_split(check):
        check(SPLIT)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np
import polars as pl

from isoflop.core.conventions import Conventions
from isoflop.core.errors import IsoflopError
from isoflop.core.provenance import Provenance
from isoflop.core.quantities import is_canonical, quantity
from isoflop.core.runs import ROW, Runs
from isoflop.validate.split import Split

N_RUNS = 40
_SCALE = 8.0  # a power of two, so that scaling is exact


def study(column: str, *, seed: int = 0) -> Runs:
    """Runs with sizes, tokens and compute drawn apart, and the split's own column."""
    rng = np.random.default_rng(seed)
    drawn = {
        name: np.exp(rng.uniform(np.log(low), np.log(low) + 7.0, N_RUNS))
        for name, low in {"params": 1e7, "tokens": 1e9, column: 1e3}.items()
    }
    table = pl.DataFrame({ROW: np.arange(1, N_RUNS + 1), **drawn, "loss": np.full(N_RUNS, 3.0)})
    return Runs(table, Conventions(), Provenance("study", "0"))


def check_column_is_a_known_number(split: Split) -> None:
    """The column is canonical and holds numbers; name and words are there."""
    assert split.name, "a split needs a name."
    assert split.words, f"{split.name}: no words for its quantity."
    known = is_canonical(split.column) and quantity(split.column).kind != "text"
    assert known, f"{split.name}: '{split.column}' is no canonical column of numbers."


def check_values_are_the_quantity(split: Split) -> None:
    """One positive number a run, in the order of the table, and the table is left alone."""
    runs = study(split.column)
    before = runs.digest
    values = split.values(runs)
    assert values.shape == (len(runs),), f"{split.name}: values have shape {values.shape}."
    assert (np.isfinite(values) & (values > 0)).all(), f"{split.name}: a value is not positive."
    assert runs.digest == before, f"{split.name}: the runs were changed."
    order = np.random.default_rng(1).permutation(len(runs))[: len(runs) // 2]
    moved = split.values(runs.take(order))
    assert np.array_equal(moved, values[order]), f"{split.name}: a value depends on other runs."


def check_thresholds_leave_both_sides(split: Split) -> None:
    """Rolling thresholds rise, and each has runs to learn from and runs to forecast."""
    for seed in range(5):
        runs = study(split.column, seed=seed)
        values, cuts = split.values(runs), split.thresholds(runs)
        assert cuts, f"{split.name}: no threshold."
        rising = all(a < b for a, b in pairwise(cuts))
        assert rising, f"{split.name}: thresholds {cuts} do not rise."
        for cut in cuts:
            below = int(np.sum(values <= cut))
            sides = f"{split.name}: {below} of {len(runs)} runs below {cut:g}"
            assert 0 < below < len(runs), f"{sides}, so one side is empty."


def check_thresholds_do_not_depend_on_the_order(split: Split) -> None:
    """The same runs in another order are cut at the same places."""
    runs = study(split.column)
    moved = runs.take(np.random.default_rng(2).permutation(len(runs)))
    same = split.thresholds(runs) == split.thresholds(moved)
    assert same, f"{split.name}: thresholds depend on the order of the rows."


def check_thresholds_follow_the_unit(split: Split) -> None:
    """Counting in another unit moves every threshold by that factor and no run to another side."""
    runs = study(split.column)
    scaled = Runs(
        runs.table.with_columns(pl.col(split.column) * _SCALE), runs.conventions, runs.provenance
    )
    wanted = [cut * _SCALE for cut in split.thresholds(runs)]
    found = list(split.thresholds(scaled))
    assert found == wanted, f"{split.name}: thresholds {found} in another unit, not {wanted}."


def check_given_thresholds_are_kept(split: Split) -> None:
    """Thresholds of the user are used as they are, sorted, each once."""
    runs = study(split.column)
    values = np.sort(split.values(runs))
    given = [float(values[30]), float(values[10]), float(values[30])]
    found = split.thresholds(runs, given)
    assert found == (given[1], given[0]), f"{split.name}: given {given}, used {found}."


def check_impossible_requests_are_refused(split: Split) -> None:
    """A threshold outside, a value of zero, a missing column: each is an error of isoflop."""
    runs = study(split.column)
    values = split.values(runs)
    for outside in (values.max() * 2.0, values.min() / 2.0):
        request = partial(split.thresholds, runs, [float(outside)])
        _refused(split, request, "a threshold outside")
    zero = pl.when(pl.col(ROW) == 7).then(0.0).otherwise(pl.col(split.column))
    broken = runs.table.with_columns(zero.alias(split.column))
    said = _refused(
        split,
        lambda: split.values(Runs(broken, runs.conventions, runs.provenance)),
        "a value of zero",
    )
    assert "row 7" in said, f"{split.name}: the error does not name the row: {said}"
    bare = Runs(runs.table.select(ROW, "loss"), runs.conventions, runs.provenance)
    _refused(split, lambda: split.values(bare), "a table without the quantity")


def _refused(split: Split, request: Callable[[], object], words: str) -> str:
    """The message of the error that a request must raise."""
    said: IsoflopError | None = None
    try:
        request()
    except IsoflopError as error:
        said = error
    assert said is not None, f"{split.name}: {words} is accepted."
    assert said.do, f"{split.name}: {words} is refused without saying what to do."
    return str(said)


CHECKS: dict[str, Callable[[Split], None]] = {
    name.removeprefix("check_"): check
    for name, check in list(globals().items())
    if name.startswith("check_")
}
