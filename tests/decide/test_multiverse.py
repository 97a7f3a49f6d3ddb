"""Multiverse: every combination is fitted; effects decompose the variance; text and figure."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from isoflop.cli.main import main
from isoflop.core.errors import FitError, UsageError
from isoflop.decide.multiverse.choice import all_choices, named_choices
from isoflop.decide.multiverse.effects import main_effects
from isoflop.decide.multiverse.multiverse import multiverse
from isoflop.decide.multiverse.universe import Universe, answer
from isoflop.decide.plan_run import plan_run
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective
from isoflop.laws.catalogue import get_law
from isoflop.measure.measured import measured
from isoflop.measure.read_runs import read_runs
from isoflop.measure.worlds import additive

BUDGET = 1e22
QUICK = ("objective", "filter")


@pytest.fixture(scope="module")
def runs():
    return additive.simulate(0)


@pytest.fixture(scope="module")
def found(runs):
    return multiverse(runs, BUDGET, choices=QUICK)


def test_every_combination_is_fitted(found):
    sizes = [len(options) for options in found.options.values()]
    assert found.is_whole
    assert len(found.lived) + len(found.failed) == np.prod(sizes) == found.possible
    assert len({tuple(item.picks.items()) for item in found.lived}) == len(found.lived)


def test_the_usual_universe_is_the_plan_of_a_plain_fit(runs, found):
    plan = plan_run(fit_law(runs, resamples=0), budget=BUDGET)
    assert pytest.approx(plan.optimum["N"].value, rel=1e-5) == found.default.N
    assert found.default.loss == pytest.approx(plan.loss.value, rel=1e-6)


def test_a_universe_is_the_fit_of_its_choices(runs, found):
    picked = next(i for i in found.lived if i.picks["objective"] == "squares")
    assert picked.picks["filter"] == "all rows"
    fit = fit_law(runs, objective=Objective("squared"), resamples=0)
    plan = plan_run(fit, budget=BUDGET)
    assert pytest.approx(plan.optimum["N"].value, rel=1e-4) == picked.answer.N


def test_effects_are_the_factorial_decomposition():
    a, b = {"x": 0.0, "y": 1.0}, {"u": 0.0, "v": 0.3, "w": -0.6}
    picks = [{"a": i, "b": j} for i in a for j in b]
    values = np.array([a[p["a"]] + b[p["b"]] for p in picks])
    effects, rest = main_effects(picks, values)
    # Additive by construction: shares are the variances of the option means over the total.
    share = np.var(list(a.values())) / np.var(values)
    assert [effect.choice for effect in effects] == ["a", "b"]
    assert effects[0].share == pytest.approx(share)
    assert effects[0].share + effects[1].share == pytest.approx(1.0)
    assert rest == pytest.approx(0.0, abs=1e-12)
    assert effects[0].factor == pytest.approx(np.e)
    assert effects[1].options == pytest.approx({"u": 1.0, "v": np.exp(0.3), "w": np.exp(-0.6)})


def test_what_only_choices_together_do_is_told_apart():
    picks = [{"a": i, "b": j} for i in "xy" for j in "uv"]
    effects, rest = main_effects(picks, np.array([1.0, -1.0, -1.0, 1.0]))
    assert rest == pytest.approx(1.0)
    assert [effect.share for effect in effects] == pytest.approx([0.0, 0.0], abs=1e-12)


def test_rough_answers_hold_every_universe(found):
    assert sum(item.share for item in found.rough) == pytest.approx(1.0)
    assert all(item.high == pytest.approx(2.0 * item.low) for item in found.rough)
    N = np.array([item.answer.N for item in found.lived])
    inside = [(item.low <= N) & (item.high >= N) for item in found.rough]
    assert [mask.mean() for mask in inside] == pytest.approx([item.share for item in found.rough])


def test_too_many_combinations_are_sampled_with_every_option_once(runs, found):
    total = found.possible
    options = sum(len(names) - 1 for names in found.options.values())
    sampled = multiverse(runs, BUDGET, choices=QUICK, most=options + 3, seed=4)
    assert not sampled.is_whole
    assert len(sampled.lived) + len(sampled.failed) == options + 3 < total
    for name, names in found.options.items():
        assert {item.picks[name] for item in sampled.lived} == set(names)
    assert [f.code for f in sampled.findings if f.code == "W623"] == ["W623"]
    again = multiverse(runs, BUDGET, choices=QUICK, most=options + 3, seed=4)
    assert again.to_json() == sampled.to_json()


def test_another_count_of_size_is_told_in_params(runs):
    N = runs.values("N")
    other = N - 20.0 * N**0.6
    table = runs.table.with_columns(pl.Series("params_non_embedding", other))
    counted = type(runs)(table, runs.conventions, runs.provenance)
    law = get_law("chinchilla")
    plain = answer(Universe(counted, None, law), BUDGET)
    moved = answer(Universe(counted, None, law, axes={"N": "params_non_embedding"}), BUDGET)
    # The counts differ by 1% at the optimum, and so may the sizes; the exponent moves a little.
    assert pytest.approx(plain.N, rel=0.15) == moved.N
    assert moved.N != plain.N
    found = multiverse(counted, BUDGET, choices=("count",))
    assert found.options["count"] == ("params", "params_non_embedding")


def test_curves_add_checkpoints_and_smoothing():
    ladder = measured("ladder")
    table = ladder.runs("seed=0")
    steps = ladder.steps()
    found = multiverse(table, 1e15, curves=steps, choices=("checkpoints", "smoothing"))
    assert set(found.options) == {"checkpoints", "smoothing"}
    assert len(found.lived) == 4
    rows = {item.picks["checkpoints"]: item.answer.rows for item in found.lived}
    assert rows["checkpoints after a tenth"] > 3 * rows["final losses"]


def test_forms_that_are_one_law_count_once(runs):
    law = next(choice for choice in all_choices() if choice.name == "law")
    options = [option.name for option in law.options(Universe(runs, None, get_law("chinchilla")))]
    assert options[0] == "chinchilla"
    assert "minicpm" not in options
    assert "skaling" in options


def test_the_chinchilla_rows_depend_on_what_is_left_out(data_dir):
    runs = read_runs(data_dir / "chinchilla-digitised" / "runs.csv")
    found = multiverse(runs, 5.76e23, choices=("filter", "objective"))
    assert {f.code for f in found.findings} >= {"W622"}
    assert found.effects[0].choice == "filter"
    # Engine notes: 1 to 18 tokens per parameter over outlier handling and objective.
    ratio = found.spread["tokens_per_parameter"]
    assert ratio["low"] < 2.0
    assert ratio["high"] > 17.0


def test_unknown_choices_and_budgets_are_refused(runs):
    with pytest.raises(UsageError, match="no choice named"):
        named_choices(["filters"])
    with pytest.raises(UsageError) as caught:
        multiverse(runs, -1.0)
    assert caught.value.code == "E609"
    with pytest.raises(UsageError) as few:
        multiverse(runs, BUDGET, choices=QUICK, most=2)
    assert few.value.code == "E609"


def test_a_table_no_law_can_be_fitted_to_says_so(runs):
    with pytest.raises(FitError) as caught:
        multiverse(runs.take(range(4)), BUDGET, choices=("objective",))
    assert caught.value.code == "E608"


def test_the_figure_holds_every_universe(found):
    drawing = found.figures()["universes"]
    first, second = drawing.panels
    assert len(first.series[0].x) == len(found.lived)
    assert (np.diff(first.series[0].x) >= 0).all()
    options = sum(len(names) for names in found.options.values())
    assert len(second.y.labels) == options


def call(*arguments):
    try:
        main([str(item) for item in arguments])
    except SystemExit as stop:
        return stop.code or 0
    return 0


def test_the_command_gives_text_json_and_figure(runs, tmp_path, capsys):
    path, image = tmp_path / "runs.csv", tmp_path / "universes.svg"
    runs.to_csv(path)
    asked = ("multiverse", path, "--budget", "1e22", "--choices")
    assert call(*asked, "objective,filter", "--figure", image) == 0
    out = capsys.readouterr().out
    assert "What moves the optimal size" in out
    assert max(map(len, out.splitlines())) <= 100
    assert image.read_text().startswith("<svg")
    assert call(*asked, "objective", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["universes"]) == 4
    assert {"spread", "rough", "effects", "failed", "warnings"} <= set(document)
