"""Recipes by their runs: rankings, forecasts of accuracy, what a change moved, protocol numbers."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.errors import DataError, FitError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.fit.fit_law import fit_law
from isoflop.laws.catalogue import get_law
from isoflop.validate.recipes.forecasters import (
    FORECASTERS,
    Points,
    forecast_accuracy,
    points_of,
)
from isoflop.validate.recipes.glossary import effective_growth, glossary_text, in_words, stated
from isoflop.validate.recipes.protocol import is_evidence, leave_one_size_out, protocol
from isoflop.validate.recipes.ranking import (
    decision_accuracy,
    pairwise_probability,
    pooled_sd,
    rank_recipes,
)
from isoflop.validate.recipes.recommend import recommend
from isoflop.validate.recipes.taxonomy import RUNGS, taxonomy

OLD = {"E": 1.8, "A": 400.0, "alpha": 0.34, "B": 1200.0, "beta": 0.35}
WAYS = {way.name: way for way in FORECASTERS}


def runs_of(**columns):
    table = pl.DataFrame({"row": list(range(1, 1 + len(next(iter(columns.values()))))), **columns})
    return Runs(table, Conventions(), Provenance("made", "made"))


def suite(seed=0, n_recipes=10, sd=0.01, spread=0.05):
    """Recipes whose order holds at every size, three seeds each."""
    rng = np.random.default_rng(seed)
    rows = []
    effects = np.linspace(0.0, spread, n_recipes)
    for size in (4e6, 2e7, 1e8, 1e9):
        for i, effect in enumerate(effects):
            for _ in range(3):
                noise = sd * rng.normal() * (4e6 / size) ** 0.5
                rows.append((f"r{i}", size, 100.0 * size, 10.0 * size**-0.08 + effect + noise))
    recipe, N, D, loss = zip(*rows, strict=True)
    flops = [6.0 * n * d for n, d in zip(N, D, strict=True)]
    return runs_of(recipe=list(recipe), params=N, tokens=D, flops=flops, loss=loss)


def points(ratios=(20.0, 100.0, 400.0)):
    """One recipe whose accuracy follows a known chain."""
    N, M = (a.ravel() for a in np.meshgrid(np.geomspace(1e7, 1e9, 7), np.array(ratios)))
    D = M * N
    loss = get_law("chinchilla").predict({"N": N, "D": D}, OLD)
    return Points(N, D, loss, chain(loss), np.ones(len(N), dtype=bool))


def chain(loss):
    return 0.6 / (1.0 + np.exp(3.0 * (loss - 2.6))) + 0.25


def test_decision_accuracy_counts_pairs_and_halves_ties():
    actual = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}
    assert decision_accuracy(actual, actual) == 1.0
    assert decision_accuracy({k: -v for k, v in actual.items()}, actual) == 0.0
    assert decision_accuracy(actual | {"a": 2.5}, actual) == pytest.approx(5.0 / 6.0)
    assert decision_accuracy(dict.fromkeys(actual, 1.0), actual) == 0.5
    with pytest.raises(DataError, match="E566"):
        decision_accuracy({"a": 1.0}, actual)


def test_pairwise_probability_is_that_of_simulated_means():
    rng = np.random.default_rng(1)
    said = pairwise_probability(2.50, 2.52, 0.02, (3, 5))
    means = [rng.normal(mu, 0.02 / np.sqrt(n), 200_000) for mu, n in ((2.50, 3), (2.52, 5))]
    assert said == pytest.approx(np.mean(means[0] < means[1]), abs=0.003)
    assert pairwise_probability(0.6, 0.5, 0.1, (2, 2), lower_is_better=False) > 0.8
    assert pairwise_probability(2.5, 2.5, 0.02, (3, 3)) == pytest.approx(0.5)


def test_noise_is_pooled_over_recipes():
    groups = {"a": np.array([1.0, 3.0]), "b": np.array([5.0, 5.0, 8.0])}
    assert pooled_sd(groups) == pytest.approx(np.sqrt((2.0 + 6.0) / 3.0))
    assert pooled_sd({"a": np.array([1.0])}) is None


def test_larger_scales_decide_better_and_the_smallest_good_one_is_found():
    found = rank_recipes(suite(), by="recipe")
    accuracies = [scale.accuracy for scale in found.scales]
    assert found.target_size == 1e9
    assert accuracies[-1] > 0.95
    assert found.smallest in {scale.size for scale in found.scales}
    assert found.cross_validated >= 0.8
    shares = [scale.share for scale in found.scales]
    np.testing.assert_allclose(shares, [(n / 1e9) ** 2 for n in (4e6, 2e7, 1e8)])
    expected = [scale.expected_wrong for scale in found.scales]
    assert expected == sorted(expected, reverse=True)
    assert [scale.snr for scale in found.scales] == sorted(scale.snr for scale in found.scales)
    assert found.to_dict()["smallest_good_size"] == found.smallest


def test_pure_noise_decides_like_a_coin():
    accuracies = [
        rank_recipes(suite(seed, sd=0.3, spread=1e-6), by="recipe").scales[0].accuracy
        for seed in range(20)
    ]
    assert np.mean(accuracies) == pytest.approx(0.5, abs=0.1)


def test_recipes_without_a_common_size_are_not_ranked():
    runs = suite()
    N, labels = runs.values("N"), np.asarray(runs.text("recipe"))
    apart = runs.take((labels == "r0") == (N < 1e8))
    with pytest.raises(DataError, match="E566"):
        rank_recipes(
            apart.take(np.isin(labels[(labels == "r0") == (N < 1e8)], ["r0", "r1"])), by="recipe"
        )


@pytest.mark.parametrize("name", ["5-parameter", "single step, 5-parameter"])
def test_laws_of_size_and_tokens_are_refused_on_one_ratio(name):
    with pytest.raises(FitError, match="E568"):
        forecast_accuracy(WAYS[name], points((100.0,)), 1e10, 1e12)


@pytest.mark.parametrize(
    ("name", "ratios", "tolerance"),
    [
        ("5-parameter", (20.0, 100.0, 400.0), 1e-3),
        ("3-parameter", (100.0,), 5e-3),
        ("with anchor", (100.0,), 0.05),
        ("last half of checkpoints", (100.0,), 5e-3),
        ("anchor and last half", (100.0,), 0.05),
        ("2-parameter", (100.0,), 0.2),
        ("single step, 3-parameter", (100.0,), 0.02),
        ("single step, 5-parameter", (20.0, 100.0, 400.0), 0.02),
    ],
)
def test_each_way_forecasts_a_known_chain(name, ratios, tolerance):
    truth = chain(get_law("chinchilla").predict({"N": 5e9, "D": 5e11}, OLD))[0]
    assert forecast_accuracy(WAYS[name], points(ratios), 5e9, 5e11) == pytest.approx(
        truth, abs=tolerance
    )


def test_a_law_is_recommended_only_where_it_decided_better():
    small, target = {}, {}
    for i, gain in enumerate((1.0, 1.4, 2.0)):
        at = points((20.0, 100.0, 400.0))
        loss = get_law("chinchilla").predict({"N": at.N, "D": gain * at.D}, OLD)
        columns = {"params": at.N, "tokens": at.D, "loss": loss, "score/x": chain(loss)}
        small[f"r{i}"] = runs_of(**columns)
        last = get_law("chinchilla").predict({"N": 5e9, "D": gain * 5e11}, OLD)
        target[f"r{i}"] = runs_of(
            params=[5e9], tokens=[5e11], loss=last, **{"score/x": chain(last)}
        )
    found = recommend(small, target, accuracy="score/x")
    assert found.use == "single scale"
    by_name = {item.name: item for item in found.scored}
    assert by_name["single scale"].accuracy == 1.0
    assert found.cross_validated == 1.0
    assert by_name["5-parameter"].error < 0.01
    assert "checkpoints" in by_name["last half of checkpoints"].failed


def test_late_checkpoints_are_those_of_the_second_half_of_each_run():
    step = [1.0, 2.0, 3.0, 4.0, 10.0, 20.0]
    columns = {"params": [1e8] * 6, "tokens": [1e6 * s for s in step], "loss": [3.0] * 6}
    runs = runs_of(run_id=["a"] * 4 + ["b"] * 2, step=step, **columns, **{"score/x": [0.5] * 6})
    late = points_of(runs, "score/x").is_late
    np.testing.assert_array_equal(late, [False, False, True, True, False, True])


def nested(change, seed=0):
    """Two recipes, the second changed in named parameters."""
    rng = np.random.default_rng(seed)
    N, D = (a.ravel() for a in np.meshgrid(np.geomspace(2e7, 2e9, 5), np.geomspace(1e9, 1e11, 5)))
    groups = {}
    for name, values in (("old", OLD), ("new", OLD | change)):
        loss = get_law("chinchilla").predict({"N": N, "D": D}, values)
        loss = loss * np.exp(rng.normal(0.0, 0.001, len(N)))
        groups[name] = runs_of(recipe=[name] * len(N), params=N, tokens=D, loss=loss)
    return groups


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({}, "same"),
        ({"B": 800.0}, "tokens factor"),
        ({"A": 300.0, "B": 800.0}, "efficiency"),
        ({"alpha": 0.30, "beta": 0.38}, "exponents"),
    ],
)
def test_what_a_change_moved_is_found(change, name):
    found = taxonomy(nested(change), by="recipe")
    assert found.chosen == name
    assert len(found.judged) == len(RUNGS)


def test_factors_are_what_a_token_and_a_parameter_are_worth():
    found = taxonomy(nested({"B": OLD["B"] * 2.0 ** -OLD["beta"]}), by="recipe")
    assert found.factors["new"]["D"] == pytest.approx(2.0, rel=0.03)
    assert found.factors["new"]["N"] == pytest.approx(1.0, rel=0.03)


def test_protocol_numbers_are_those_of_the_table():
    runs = nested({})["old"]
    runs = Runs(
        runs.table.with_columns(flops=6.0 * pl.col("params") * pl.col("tokens")),
        runs.conventions,
        runs.provenance,
    )
    fit = fit_law(runs, "chinchilla", resamples=0)
    seen = []
    found = protocol(fit, runs, target_compute=1.2e22, decision=lambda r: seen.append(r) or len(r))
    assert found.n_runs == 25
    np.testing.assert_allclose(found.compute, (6.0 * 2e7 * 1e9, 6.0 * 2e9 * 1e11), rtol=1e-9)
    np.testing.assert_allclose(found.ratio, (0.5, 5000.0), rtol=1e-9)
    assert found.extrapolation == pytest.approx(10.0)
    assert found.spread == (20, 20)
    assert len(seen) == 5
    top = runs.values("C") > 0.25 * runs.values("C").max()
    refit = fit_law(runs.take(~top), "chinchilla", resamples=0)
    off = refit.predict(refit.inputs_of(runs.take(top))).value / runs.values("loss")[top] - 1.0
    assert found.held_out.error == pytest.approx(np.mean(np.abs(off)), rel=1e-6)
    assert found.held_out.n == top.sum()
    assert found.label == "validated"
    assert "25 runs" in found.text()


def test_a_spread_without_any_decision_is_none():
    def refuse(runs):
        raise FitError("no")

    assert leave_one_size_out(nested({})["old"], refuse) is None
    assert is_evidence(2.50, 2.60)
    assert not is_evidence(2.50, 2.51)


def test_the_glossary_states_one_number_in_four_words():
    assert in_words(4.0) == {"efficiency gain": 4.0, "speed-up": 3.0, "less compute": 0.75}
    assert "1 - 1/m = 0.75" in glossary_text(4.0)
    assert effective_growth(0.0, np.log(2.0), 3.0) == pytest.approx((1.0, 8.0))
    runs = runs_of(params=[1e9, 1e9], loss=[3.0, 3.1], dataset=["a", "b"], vocab=[50, 50])
    said = stated(runs)
    assert said["data"] == "differs (a, b)"
    assert said["tokenizer"] == "equal"
    assert said["schedule"] == "not in the table"
