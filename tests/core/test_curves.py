"""Training curves: one row per logged step, ordered within each run."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.curves import Curves
from isoflop.core.errors import DataError, UsageError
from isoflop.core.provenance import Provenance

TOKENS_A_STEP = 1e6


def law(tokens):
    return 2.0 + 30.0 * np.asarray(tokens) ** -0.2


def frame(name="a", steps=(1, 2, 4, 8, 16), params=1e7):
    steps = np.array(steps, dtype=float)
    tokens = steps * TOKENS_A_STEP
    return pl.DataFrame(
        {
            "run_id": [name] * len(steps),
            "step": steps,
            "params": params,
            "tokens": tokens,
            "flops": 6 * params * tokens,
            "loss": -np.log(tokens) + 20.0,
            "schedule": [f"phase {int(step)}" for step in steps],
        }
    )


def curves(*frames):
    table = pl.concat(frames).with_row_index("row", offset=1)
    return Curves(table, Conventions("total", "6ND", "nat/token"), Provenance("made", "0"))


@pytest.fixture
def two():
    """Two runs whose rows take turns in the table."""
    a, b = frame("a"), frame("b", steps=(1, 3, 9), params=1e8)
    table = pl.concat([a, b]).sort("step", maintain_order=True).with_row_index("row", offset=1)
    return Curves(table, Conventions("total", "6ND", "nat/token"), Provenance("made", "0"))


def test_final_is_the_last_step_of_each_run(two):
    runs = two.final()
    assert runs.text("run_id") == ["a", "b"]
    assert runs.values("step").tolist() == [16.0, 9.0]
    assert runs.conventions == two.conventions
    assert "2 of 8 rows" in runs.provenance.conversions[-1]


def test_one_run_is_taken_out_by_name(two):
    assert two.of("b").values("step").tolist() == [1.0, 3.0, 9.0]
    assert two.of("b").run_ids == ["b"]


def test_an_unknown_run_suggests_the_nearest(two):
    with pytest.raises(UsageError, match="no run named 'aa'"):
        two.of("aa")


def test_states_between_steps_follow_a_line_in_log_tokens_and_compute_one_in_tokens(two):
    # loss is linear in ln tokens here, and flops in tokens: both must come back exactly.
    runs = two.at_tokens(3e6, 7e6)
    assert runs.text("run_id") == ["a", "a", "b", "b"]
    tokens = runs.values("tokens")
    assert tokens.tolist() == [3e6, 7e6, 3e6, 7e6]
    np.testing.assert_allclose(runs.values("loss"), 20.0 - np.log(tokens), rtol=1e-12)
    np.testing.assert_allclose(runs.values("flops"), 6 * runs.values("params") * tokens, rtol=1e-12)
    np.testing.assert_allclose(runs.values("step"), tokens / TOKENS_A_STEP, rtol=1e-12)
    assert runs.text("schedule") == ["phase 2", "phase 4", "phase 3", "phase 3"]


@pytest.mark.parametrize("step", [1, 2, 8, 16])
def test_a_logged_step_is_returned_as_it_is(two, step):
    row = two.of("a").at_tokens(step * TOKENS_A_STEP)
    logged = two.of("a").take(two.of("a").values("step") == step)
    assert row.values("loss") == pytest.approx(logged.values("loss"), rel=1e-15)


def test_a_count_that_was_not_logged_is_left_out_by_name(two):
    runs = two.at_tokens(12e6)
    assert runs.text("run_id") == ["a"]
    (gone,) = runs.provenance.exclusions
    assert (gone.run_id, gone.rule, gone.code) == ("b", "at_tokens", "W341")
    assert "1M to 9M" in gone.reason


@pytest.mark.parametrize("tokens", [(), (0.0,), (-1.0,), (float("nan"),), (1e12,), (1.0,)])
def test_impossible_counts_are_refused(two, tokens):
    with pytest.raises((UsageError, DataError)) as caught:
        two.at_tokens(*tokens)
    assert caught.value.code == "E342"


def test_smoothing_is_the_mean_within_the_window():
    rng = np.random.default_rng(0)
    steps = np.arange(1, 201)
    made = frame(steps=steps).with_columns(loss=pl.Series(3 + 0.1 * rng.standard_normal(200)))
    smooth = curves(made, frame("b")).smoothed(0.1)
    loss = made["loss"].to_numpy()
    expected = [loss[(steps >= 0.9 * s) & (steps <= 1.1 * s)].mean() for s in steps]
    np.testing.assert_allclose(smooth.of("a").values("loss"), expected, rtol=1e-12)
    assert smooth.values("flops").tolist() == curves(made, frame("b")).values("flops").tolist()


def test_smoothing_keeps_a_constant_and_a_missing_value():
    steps = range(1, 50)
    cells = pl.Series([None if step == 7 else 2.5 for step in steps])
    smooth = curves(frame(steps=steps).with_columns(loss=cells)).smoothed(0.3)
    assert smooth.table["loss"].to_list() == [None if step == 7 else 2.5 for step in steps]


@pytest.mark.parametrize("window", [0.0, 1.0, -0.1])
def test_an_impossible_window_is_refused(two, window):
    with pytest.raises(UsageError, match="E342"):
        two.smoothed(window)


@pytest.mark.parametrize(
    ("steps", "said", "row"),
    [((1, 2, 2, 3), "repeats: 2 in row 2, 2 in row 3", 3), ((1, 5, 3), "falls: 5 in row 2", 3)],
)
def test_steps_that_do_not_rise_are_refused_with_their_rows(steps, said, row):
    with pytest.raises(DataError) as caught:
        curves(frame(steps=steps))
    assert caught.value.code == "E341"
    assert said in caught.value.what
    assert f"row {row}" in str(caught.value.where)


def test_the_same_steps_in_two_runs_are_no_repeat():
    assert len(curves(frame("a"), frame("b"))) == 10


@pytest.mark.parametrize("absent", [["run_id"], ["step", "tokens"]])
def test_a_table_without_run_or_step_is_refused(absent):
    with pytest.raises(DataError, match="E340"):
        curves(frame().drop(absent))


def test_a_row_without_its_step_is_named():
    table = frame().with_columns(step=pl.when(pl.col("step") != 4).then("step"))
    with pytest.raises(DataError, match="row 3") as caught:
        curves(table)
    assert caught.value.code == "E340"


def test_tokens_order_a_curve_without_steps():
    assert curves(frame().drop("step")).order == "tokens"


def test_curves_are_documents_like_runs(two):
    document = two.to_dict()
    assert (document["rows"], len(document["steps"])) == (8, 8)
    assert set(two.tables()) == {"steps", "exclusions"}
    assert repr(two).splitlines()[0] == "Curves: 8 steps of 2 runs, 0 excluded, from made"
    assert len(repr(two).splitlines()) == 3
    assert two.select("run_id=a").run_ids == ["a"]
