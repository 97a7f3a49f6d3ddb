"""The scoreboard's own arithmetic on tables made for it: splits, cells, rivals, bars, the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from benchmarks.forecast.bars import ratios, reach_errors
from benchmarks.forecast.board import Board, build
from benchmarks.forecast.cells import LEVELS, cell, plan_of
from benchmarks.forecast.page import chosen_half, page
from benchmarks.forecast.recipes import decisions
from benchmarks.forecast.rivals import scipy_forecast
from benchmarks.forecast.tables import FEWEST, Case, fixed_cuts

from isoflop.core.conventions import Conventions
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.laws.catalogue import get_law
from isoflop.validate.forecasting import cut_at
from isoflop.validate.score import Forecast

TRUE = get_law("chinchilla")


def made_case(name: str = "made", better: float = 0.0, recipe: str | None = None) -> Case:
    """Seven rungs of five sizes from the additive law, every loss lower by a factor."""
    compute = np.repeat(np.geomspace(1e18, 1e21, 7), 5)
    params = np.sqrt(compute / 120) * np.tile(np.geomspace(0.4, 2.5, 5), 7)
    tokens = compute / (6 * params)
    loss = TRUE.predict({"N": params, "D": tokens}, TRUE.published[0].values) * np.exp(-better)
    loss = loss * np.exp(0.002 * np.random.default_rng(0).standard_normal(35))
    table = pl.DataFrame({"params": params, "tokens": tokens, "flops": compute, "loss": loss})
    runs = Runs(table.with_row_index("row", offset=1), Conventions(), Provenance(name, name))
    laws = ("chinchilla", "overtraining")
    return Case(name, name, name, runs, "compute", laws, (1.01e20,), recipe=recipe)


def forecast(name: str, error: float, horizon: float | None = None) -> Forecast:
    ones = np.ones(4)
    pair = (ones * 0.98, ones * 1.02)
    reach = np.array([1.5, 3.0, 6.0, 12.0])
    said = ones * (1 + error)
    rows = np.arange(1, 5)
    return Forecast(
        name, 1.0, rows, ones, said, reach, 9, dict.fromkeys(LEVELS, pair), horizon=horizon
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Board:
    folder = tmp_path_factory.mktemp("cells")
    cases = [made_case("one", 0.0, "pair"), made_case("two", 0.01, "pair")]
    return build(cases, folder, lambda name, done, total: None)


def test_cuts_hold_the_named_one_and_leave_enough_to_learn_from() -> None:
    values = np.repeat(np.geomspace(1e18, 1e22, 9), 2)
    cuts = fixed_cuts(values, (3.2e20,))
    assert any(0.9e20 < cut <= 3.2e20 for cut in cuts)
    assert min(int(np.sum(values <= cut)) for cut in cuts) >= FEWEST
    assert max(cuts) < values.max()


def test_a_cell_read_back_is_the_cell_computed(tmp_path: Path) -> None:
    first, computed = cell(made_case(), "chinchilla", 1.01e20, tmp_path)
    again, repeated = cell(made_case(), "chinchilla", 1.01e20, tmp_path)
    assert (computed, repeated) == (True, False)
    assert np.array_equal(first.told.log_value, again.told.log_value)
    assert [look.cut for look in first.looks] == [look.cut for look in again.looks]


def test_the_usual_procedure_recovers_a_law_without_much_noise() -> None:
    case = made_case()
    cut = cut_at(plan_of(case, "chinchilla"), case.runs, 1.01e20)
    found = scipy_forecast(case, cut, (0.9,))
    assert found.absolute_error.mean() < 0.02


def test_every_entrant_is_scored_on_every_split(built: Board) -> None:
    assert {"stack", "scipy", "chinchilla", "straight line"} <= set(built.forecasts)
    assert all(len(tables) == 2 for tables in built.forecasts.values())
    assert {"approach 1", "approach 2"} <= set(built.frontier)


def test_laws_rank_two_recipes_that_differ_everywhere(built: Board) -> None:
    assert np.mean(built.ranked["chinchilla"]) == 1.0
    assert np.mean(built.ranked["one scale"]) == 1.0


def test_recipes_of_other_names_are_not_compared() -> None:
    assert decisions({}) == {}


def test_the_page_holds_every_part(built: Board) -> None:
    text = page(built, [("additive", forecast("stack", 0.0))], 60.0)
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert len(headings) == 7
    assert "| one |" in text


def test_horizon_parts_errors_into_near_and_far() -> None:
    inside, beyond = reach_errors([forecast("stack", 0.1, horizon=4.0)])
    assert (len(inside), len(beyond)) == (2, 2)


def test_ratios_are_means_over_tables_of_the_stack_over_others() -> None:
    board = Board(sources={"a": "x"}, defaults={"a": "chinchilla"})
    board.add(
        "a", [forecast("stack", 0.02), forecast("chinchilla", 0.04), forecast("farseer", 0.01)]
    )
    hindsight, (law, _, fixed), default = ratios(board)
    assert (hindsight, fixed, default) == pytest.approx((2.0, 2.0, 0.5))
    assert law == "farseer"


def test_every_second_source_chooses() -> None:
    assert [chosen_half(name, ["c", "a", "b"]) for name in ("a", "b", "c")] == [False, True, False]
