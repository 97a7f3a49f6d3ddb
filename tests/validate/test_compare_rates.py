"""Rules for learning rate and batch judged on a made-up sweep that obeys one of them."""

from __future__ import annotations

import numpy as np
import pytest

from isoflop.core.errors import FitError, UsageError
from isoflop.fit.rates.cells import Cell
from isoflop.validate.compare_rates import compare_rates
from isoflop.validate.rate_rules.rule import all_rate_rules, value

LR = np.geomspace(1e-4, 3e-2, 10)
BATCH = 2.0 ** np.arange(15, 23)


def cell(N, D, *, batch=BATCH):
    lr, size = (axis.ravel() for axis in np.meshgrid(LR, batch))
    x = np.log(lr / value("step_law_lr", N_ne=N, D=D))
    y = np.log(size / value("step_law_batch", D=D))
    return Cell(N, N, D, 6.0 * N * D, lr, size, 2.5 * (1.0 + 0.004 * x**2 + 0.003 * y**2))


CELLS = tuple(cell(N, D) for N in (1e8, 3e8, 9e8) for D in (5e9, 2e10, 8e10))


@pytest.fixture(scope="module")
def found():
    return compare_rates(CELLS)


def test_the_rule_the_sweep_obeys_costs_nothing_and_no_rule_costs_less(found):
    # Relative to the best run, which is off the floor by part of a grid step.
    scores = {score.rule: score for score in found.scores}
    assert -2.0 < scores["step_law"].mean <= 0.0
    assert scores["step_law"].mean == min(
        score.mean for score in found.scores if score.rule not in ("minicpm", "powerlines")
    )
    assert scores["own_law"].mean - scores["step_law"].mean < 0.5


def test_a_rule_tuned_on_the_cheapest_cell_is_not_judged_there(found):
    scores = {score.rule: score for score in found.scores}
    assert scores["kept"].cells == len(CELLS) - 1
    assert [trial.held_out for trial in found.of("kept")].count(False) == 1


def test_every_rule_is_found_by_its_file_and_says_its_entry(found):
    known = all_rate_rules()
    assert set(known) >= {"step_law", "deepseek", "porian", "bjorck", "kaplan", "powerlines"}
    assert {trial.rule for trial in found.trials} == {*known, "own_law"}
    assert all(rule.name == name for name, rule in known.items())


def test_the_document_is_complete(found):
    document = found.to_dict()
    assert len(document["trials"]) == len(found.trials)
    assert document["interpolation_error_per_mille"] < 1e-6


def test_cells_held_out_together_are_the_only_ones_the_own_law_is_judged_on():
    found = compare_rates(CELLS, ["step_law"], held_out=lambda item: item.N > 5e8)
    assert [trial.cell.N for trial in found.of("own_law")] == [9e8] * 3


def test_unknown_rule_is_named():
    with pytest.raises(UsageError):
        compare_rates(CELLS, ["stepp_law"])


def test_cells_too_small_are_named_and_without_any_left_it_is_an_error():
    thin = cell(3e8, 4e10, batch=BATCH[:2])
    assert [f.code for f in compare_rates((*CELLS, thin), ["step_law"]).findings] == ["W529"]
    with pytest.raises(FitError) as caught:
        compare_rates([thin])
    assert caught.value.code == "E528"


def test_without_an_own_law_published_rules_are_still_compared():
    found = compare_rates([cell(N, 1e10) for N in (1e8, 3e8, 9e8)], ["step_law"])
    assert [finding.code for finding in found.findings] == ["W528"]
    assert {trial.rule for trial in found.trials} == {"step_law"}
