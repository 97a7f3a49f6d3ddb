"""Scores of models: capabilities, links, skills and factors against worlds whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from isoflop.core.errors import DataError, FitError, UsageError
from isoflop.core.runs import Runs
from isoflop.fit.scores.capability import fit_capability, impute
from isoflop.fit.scores.collaborative import fit_collaborative
from isoflop.fit.scores.describe import described
from isoflop.fit.scores.factors import fit_factors
from isoflop.fit.scores.hull import nearest_in_hull, pulled_into_hull
from isoflop.fit.scores.link import fit_link, sigmoid, sigmoid_score
from isoflop.fit.scores.method import Settings, get_method, load_scores, save_scores
from isoflop.fit.scores.observational import fit_observational
from isoflop.fit.scores.rotation import varimax
from isoflop.fit.scores.skills import (
    Evidence,
    Skills,
    coordinates,
    loss_and_gradient,
    random_start,
)
from isoflop.fit.scores.sloth import fit_sloth
from isoflop.fit.scores.subset import choose_models, prediction_trace
from isoflop.fit.scores.table import ScoreTable
from isoflop.measure.read_runs import read_runs

BENCHMARKS = ("a", "b", "c", "d", "e", "hard")


def world(seed=0, n_families=8, each=5, noise=0.01):
    """Families with a line in ln C each; scores linear in ability, the last one a sigmoid of it."""
    rng = np.random.default_rng(seed)
    families = np.repeat([f"f{i}" for i in range(n_families)], each)
    size = np.exp(rng.uniform(np.log(1e8), np.log(1e11), n_families * each))
    tokens = np.exp(rng.uniform(np.log(1e11), np.log(1e13), n_families * each))
    compute = 6.0 * size * tokens
    gain = np.repeat(rng.normal(0.0, 0.1, n_families), each)
    ability = 0.08 * np.log(compute / 1e22) + gain
    slopes, means = np.array([0.5, 0.3, 0.2, 0.4, 0.25]), np.array([0.5, 0.4, 0.45, 0.4, 0.5])
    easy = means + ability[:, None] * slopes + noise * rng.normal(size=(len(size), 5))
    hard = sigmoid_score(6.0 * ability - 1.0, 0.05) + noise * rng.normal(size=len(size))
    return ScoreTable(
        models=tuple(f"m{i}" for i in range(len(size))),
        benchmarks=BENCHMARKS,
        values=np.clip(np.column_stack([easy, hard]), 0.0, 1.0),
        families=tuple(families),
        params=size,
        tokens=tokens,
        compute=compute,
        floors=np.zeros(6),
    )


def skilled(seed=0, n_families=10, each=5):
    """A world of the skills model itself, two skills."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(n_families), each)
    size = 10.0 ** rng.uniform(8.0, 11.0, len(labels))
    tokens = 10.0 ** rng.uniform(11.0, 13.0, len(labels))
    truth = Skills(
        np.abs(rng.normal(1.0, 0.6, (8, 2))),
        rng.normal(0.0, 0.5, 8),
        np.array([[0.5, 0.3, 0.02], [0.2, 0.5, -0.02]]),
        rng.normal(0.0, 0.4, (n_families, 2)),
    )
    floors = np.array([0.25, 0.0, 0.0, 0.25, 0.0, 0.5, 0.0, 0.0])
    scores = truth.scores(truth.theta(coordinates(size, tokens), labels), floors)
    return ScoreTable(
        models=tuple(f"m{i}" for i in range(len(labels))),
        benchmarks=tuple("abcdefgh"),
        values=scores,
        families=tuple(f"f{i}" for i in labels),
        params=size,
        tokens=tokens,
        compute=6.0 * size * tokens,
        floors=floors,
    )


def test_components_are_those_of_the_covariance_with_a_fixed_sign():
    values = world().values
    found = fit_capability(values, 3)
    size, vectors = np.linalg.eigh(np.cov(values.T))
    np.testing.assert_allclose(found.share, size[::-1] / size.sum(), atol=1e-12)
    overlap = np.abs(np.sum(found.axes * vectors[:, ::-1].T[:3], axis=1))
    np.testing.assert_allclose(overlap, 1.0, atol=1e-10)
    assert (found.axes[range(3), np.abs(found.axes).argmax(axis=1)] > 0.0).all()


def test_filling_recovers_scores_that_lie_on_one_line():
    rng = np.random.default_rng(1)
    truth = 0.5 + np.outer(rng.normal(size=60), [0.1, 0.2, 0.05, 0.15])
    values = np.where(rng.uniform(size=truth.shape) < 0.15, np.nan, truth)
    assert np.abs(impute(values) - truth).max() < 0.01
    np.testing.assert_array_equal(impute(values)[np.isfinite(values)], truth[np.isfinite(values)])


def test_a_model_with_missing_scores_is_placed_where_iterating_ends():
    table = world()
    found = fit_capability(table.values, 2)
    partial = table.values[:1].copy()
    partial[0, [1, 4]] = np.nan
    filled = np.where(np.isfinite(partial), partial, found.mean)
    for _ in range(2000):
        along = (filled - found.mean) @ found.axes[0]
        line = found.mean + np.outer(along, found.axes[0])
        filled = np.where(np.isfinite(partial), partial, line)
    expected = (filled - found.mean) @ found.axes.T
    np.testing.assert_allclose(found.measure(partial), expected, atol=1e-9)
    assert np.isnan(found.measure(np.full((1, 6), np.nan))).all()


def test_the_link_finds_weights_offset_and_floor():
    rng = np.random.default_rng(2)
    S = rng.normal(0.0, 0.4, (80, 2))
    found = fit_link(S, sigmoid_score(S @ [3.0, -1.5] - 0.7, 0.12))
    np.testing.assert_allclose(found.weights, [3.0, -1.5], rtol=1e-5)
    assert found.offset == pytest.approx(-0.7, rel=1e-5)
    assert found.floor == pytest.approx(0.12, rel=1e-5)


def test_a_link_from_too_few_models_is_refused():
    with pytest.raises(FitError, match="E562"):
        fit_link(np.zeros((3, 3)), np.full(3, 0.5))


def test_a_hard_score_is_forecast_above_the_cut():
    table = world()
    below = table.compute <= np.quantile(table.compute, 0.7)
    fit = fit_observational(table.take(below), "hard", n_components=1, resamples=0)
    above = table.take(~below)
    np.testing.assert_allclose(
        fit.forecast(above).value[:, 0], above.column("hard"), atol=0.08, rtol=0.0
    )
    assert "hard" not in fit.basis


def test_equivalent_compute_of_a_family_is_its_own_compute():
    table = world(noise=0.0)
    fit = fit_observational(table, "hard", n_components=1, resamples=0)
    family = table.take(np.array(table.families) == "f3")
    np.testing.assert_allclose(fit.equivalent_compute(family, "f3"), family.compute, rtol=1e-6)
    np.testing.assert_allclose(
        fit.at_compute("f3", family.compute), family.column("hard"), atol=0.01
    )


def test_intervals_of_a_hard_score_cover():
    inside = []
    for seed in range(12):
        table = world(seed, noise=0.02)
        train = np.arange(len(table)) % 2 == 0
        fit = fit_observational(
            table.take(train), "hard", n_components=1, resamples=30, seed=seed, level=0.9
        )
        said, test = fit.forecast(table.take(~train)), table.take(~train)
        real = test.column("hard")
        inside.append(np.mean((said.lo[:, 0] <= real) & (real <= said.hi[:, 0])))
    # 240 scores; clusters of families make the standard error some 3%.
    assert 0.80 <= np.mean(inside) <= 0.97


def test_chosen_models_are_the_best_subset_of_all():
    rng = np.random.default_rng(3)
    S = rng.normal(size=(12, 2))
    chosen = choose_models(S, 4)
    best = min(prediction_trace(S, list(rows)) for rows in combinations(range(12), 4))
    assert prediction_trace(S, chosen) == pytest.approx(best, rel=1e-6)
    allowed = np.arange(12) < 6
    assert max(choose_models(S, 4, allowed=allowed)) < 6
    with pytest.raises(DataError, match="E562"):
        choose_models(S, 2)


def test_the_gradient_of_the_skills_is_exact():
    table = skilled()
    labels = table.family_labels()[1]
    values = table.values.copy()
    values[::3, 1] = np.nan
    evidence = Evidence(
        values, coordinates(table.params, table.tokens), labels, table.floors, np.ones(len(table))
    )
    rng = np.random.default_rng(4)
    start = random_start(evidence, 2, rng)
    start = start.unflat(start.flat + 0.1 * rng.normal(size=len(start.flat)))
    _, gradient = loss_and_gradient(start, evidence)
    direction = rng.normal(size=len(start.flat))
    step = 1e-6
    ends = [
        loss_and_gradient(start.unflat(start.flat + sign * step * direction), evidence)[0]
        for sign in (1.0, -1.0)
    ]
    numeric = (ends[0] - ends[1]) / (2.0 * step)
    assert gradient.flat @ direction == pytest.approx(numeric, rel=1e-5)


def test_skills_forecast_the_largest_model_of_a_family_from_its_small_ones():
    table = skilled()
    held = np.zeros(len(table), dtype=bool)
    held[
        [np.flatnonzero(table.params == table.params[i : i + 5].max())[0] for i in (0, 15, 30)]
    ] = True
    fit = fit_sloth(table.take(~held), n_skills=2, resamples=0, n_starts=2)
    test = table.take(held)
    assert np.abs(fit.forecast(test).value - test.values).max() < 0.02
    constant = np.abs(np.nanmean(table.take(~held).values, axis=0) - test.values)
    assert constant.mean() > 0.1
    size = fit.least_size("f0", "b", float(test.values[0, 1]), tokens_per_parameter=100.0)
    at = replace(test.take([0]), params=np.array([size]), tokens=np.array([100.0 * size]))
    assert fit.forecast(at).value[0, 1] == pytest.approx(test.values[0, 1], abs=0.01)


def test_varimax_finds_simple_structure_and_keeps_the_product():
    rng = np.random.default_rng(5)
    simple = np.zeros((9, 3))
    simple[range(9), np.repeat(range(3), 3)] = np.repeat([3.0, 2.0, 1.0], 3)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    R = varimax(simple @ turn)
    np.testing.assert_allclose(R.T @ R, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(simple @ turn @ R, simple, atol=1e-6)


def test_points_are_pulled_to_half_a_decade_of_the_hull():
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.5, 0.5]])
    points = np.array([[0.3, 0.8], [1.4, 0.5], [3.0, 0.5], [2.0, 2.0]])
    moved = pulled_into_hull(points, corners)
    np.testing.assert_allclose(moved[:2], points[:2], atol=1e-6)
    np.testing.assert_allclose(moved[2], [1.5, 0.5], atol=1e-5)
    np.testing.assert_allclose(moved[3], 1.0 + 0.5 / np.sqrt(2.0), atol=1e-5)
    np.testing.assert_allclose(nearest_in_hull(points[3], corners), [1.0, 1.0], atol=1e-5)


def test_factors_reproduce_scores_of_low_rank_with_gaps():
    rng = np.random.default_rng(6)
    truth = (
        rng.normal(size=(60, 1))
        + rng.normal(size=6)
        + rng.normal(size=(60, 1)) * rng.normal(size=6)
    )
    shown = np.where(rng.uniform(size=truth.shape) < 0.15, np.nan, truth)
    found = fit_factors(shown, 1, 1e-4)
    assert np.abs(found.logits(found.place(shown)) - truth).max() < 0.1


def test_a_collaborative_forecast_does_not_use_the_score_itself():
    table = world()
    fit = fit_collaborative(table, resamples=0)
    changed = table.values.copy()
    changed[:, 2] = 0.9
    before, after = fit.forecast(table), fit.forecast(replace(table, values=changed))
    np.testing.assert_array_equal(before.column("c"), after.column("c"))
    assert np.abs(before.column("d") - after.column("d")).max() > 1e-3
    assert np.mean(np.abs(before.column("a") - table.column("a"))) < 0.03


@pytest.mark.parametrize(
    ("name", "target"), [("observational", "hard"), ("sloth", None), ("collaborative", None)]
)
def test_a_saved_fit_forecasts_the_same(tmp_path, name, target):
    table = world()
    values = table.values.copy()
    values[4, 1] = np.nan
    table = replace(table, values=values)
    fit = get_method(name).fit(table, Settings(target=target, components=1, resamples=4))
    again = load_scores(save_scores(fit, tmp_path / "scores.json"))
    first, second = fit.forecast(table), again.forecast(table)
    np.testing.assert_array_equal(first.value, second.value)
    np.testing.assert_array_equal(first.lo, second.lo)
    assert (first.lo <= first.hi).all()
    assert again.summary() == fit.summary()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"kind": "isoflop-scores", "method": "sloth"}', '{"kind": "isoflop-fit"}'],
)
def test_a_damaged_document_is_refused(tmp_path, text):
    path = tmp_path / "scores.json"
    path.write_text(text)
    with pytest.raises(DataError, match="E564"):
        load_scores(path)


def test_runs_become_a_score_table():
    import polars as pl

    frame = pl.DataFrame(
        {
            "model": ["x", "y"],
            "family": ["f", "g"],
            "params": [1e9, 2e9],
            "tokens": [1e11, None],
            "acc_mmlu": [0.3, None],
            "floor": [0.25, 0.25],
        }
    )
    mapping = {"score/mmlu": "acc_mmlu", "floor/mmlu": "floor"}
    runs = read_runs(frame, mapping=mapping, keep=("missing",), params="total")
    table = ScoreTable.from_runs(runs)
    assert table.models == ("x", "y")
    assert table.families == ("f", "g")
    np.testing.assert_array_equal(table.values, [[0.3], [np.nan]])
    np.testing.assert_array_equal(table.floors, [0.25])
    assert np.isnan(table.compute[1])


def test_mistakes_are_named():
    table = world()
    runs = Runs(*_plain_runs())
    with pytest.raises(DataError, match="E560"):
        ScoreTable.from_runs(runs)
    with pytest.raises(DataError, match="E561"):
        replace(table, values=100.0 * table.values).checked()
    fit = fit_sloth(table, n_skills=1, resamples=0, n_starts=1)
    with pytest.raises(DataError, match="E563"):
        fit.forecast(replace(table, families=("new",) * len(table)))
    with pytest.raises(DataError, match="E560"):
        fit_sloth(table.take([0, 1]), resamples=0)
    with pytest.raises(UsageError, match="E101"):
        described({"family": "f0", "mmlu": "0.4"}, fit.starts_from)
    with pytest.raises(UsageError, match="E114"):
        described({"N": "big"}, fit.starts_from)


def test_a_model_in_words_is_placed_by_its_family():
    table = world(noise=0.0)
    fit = fit_observational(table, "hard", n_components=1, resamples=0)
    model = described({"family": "f2", "N": "10B", "D": "2T"}, fit.starts_from)
    expected = fit.at_compute("f2", np.array([1.2e23]))
    np.testing.assert_allclose(fit.forecast(model).value[:, 0], expected, rtol=1e-12)


def test_shifting_all_skills_changes_no_score():
    table = skilled()
    labels = table.family_labels()[1]
    x = coordinates(table.params, table.tokens)
    rng = np.random.default_rng(7)
    model = Skills(
        rng.normal(size=(8, 2)),
        rng.normal(size=8),
        rng.normal(size=(2, 3)),
        rng.normal(size=(10, 2)),
    )
    shift = np.array([0.3, -0.2])
    moved = replace(
        model, families=model.families + shift, offsets=model.offsets - model.loadings @ shift
    )
    first = model.scores(model.theta(x, labels), table.floors)
    np.testing.assert_allclose(first, moved.scores(moved.theta(x, labels), table.floors))
    assert sigmoid(np.array([0.0]))[0] == 0.5


def _plain_runs():
    import polars as pl

    from isoflop.core.conventions import Conventions
    from isoflop.core.provenance import Provenance

    frame = pl.DataFrame({"row": [1], "params": [1e9], "loss": [3.0]})
    return frame, Conventions(), Provenance("made", "made")
