"""Recipes by their laws: crossings and multipliers in closed form, and intervals that cover."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.errors import DataError, PlanError, UsageError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.decide.recipes.crossover import crossover
from isoflop.decide.recipes.multiplier import multipliers
from isoflop.decide.recipes.next_run import next_run
from isoflop.decide.recipes.path import path_of
from isoflop.decide.recipes.versus import versus
from isoflop.fit.fit import Fit
from isoflop.laws.catalogue import get_law
from isoflop.testing.law_answers import matching_digits
from isoflop.validate.recipes.clouds import fit_clouds, recipes_of

OLD = {"E": 1.8, "A": 400.0, "alpha": 0.34, "B": 1200.0, "beta": 0.35}
MEASURED = {"C": (1e19, 1e22)}


def runs_of(**columns):
    table = pl.DataFrame({"row": list(range(1, 1 + len(next(iter(columns.values()))))), **columns})
    return Runs(table, Conventions(), Provenance("made", "made"))


def law_of(name, **values):
    """A fit with given numbers and no draws."""
    law = get_law(name)
    return Fit(
        law=law,
        values=values,
        draws=np.empty((0, len(law.parameters))),
        level=0.9,
        axes={},
        target="loss",
        unit="nat/token",
        counts="total",
        evidence=MEASURED,
    )


def power(A, a, floor=0.0):
    return law_of("m2", e_inf=floor, b=A, c=a)


def study(seed, first, second, sd, n=24, common=0.0):
    """Runs in compute of two recipes; ``common`` noise is that of the data order both share."""
    rng = np.random.default_rng(seed)
    C = np.geomspace(1e18, 1e21, n)
    shared = rng.normal(0.0, common, n) if common else np.zeros(n)
    parts = []
    for A, a, floor in (first, second):
        loss = (floor + A * C**-a) * np.exp(shared + rng.normal(0.0, sd, n))
        parts.append(loss)
    N = np.sqrt(C / 120.0)
    return runs_of(
        recipe=["old"] * n + ["new"] * n,
        params=np.tile(N, 2),
        tokens=np.tile(C / (6.0 * N), 2),
        flops=np.tile(C, 2),
        loss=np.concatenate(parts),
    )


def test_pure_powers_cross_where_the_closed_form_says():
    first, second = path_of("1", power(300.0, 0.12)), path_of("2", power(900.0, 0.143))
    found = crossover(first, second, 1e22)
    expected = (300.0 / 900.0) ** (1.0 / (0.12 - 0.143))
    assert len(found.crossings) == 1
    said = found.crossings[0].compute
    digits = matching_digits(abs(said / expected - 1.0))
    assert said == pytest.approx(expected, rel=1e-9), f"{digits:.1f} digits of {expected}"
    assert found.crossings[0].better_above == "2"


def test_laws_with_floors_may_cross_twice():
    E, x = 2.0, (1e20, 4e22)
    # 2 + 50 C^-.1 against e + b C^-.2, made to agree at two given scales.
    y = [E + 50.0 * C**-0.1 for C in x]
    b = (y[0] - y[1]) / (x[0] ** -0.2 - x[1] ** -0.2)
    e = y[0] - b * x[0] ** -0.2
    first, second = path_of("1", power(50.0, 0.1, E)), path_of("2", power(b, 0.2, e))
    said = [crossing.compute for crossing in crossover(first, second, 1e21).crossings]
    np.testing.assert_allclose(said, x, rtol=1e-8)


def test_each_recipe_stands_on_its_own_optimal_path():
    fit = law_of("chinchilla", **OLD)
    law = fit.law
    path = path_of("old", fit)
    N, D = path.optimum(1e21)
    assert pytest.approx(1e21, rel=1e-9) == 6.0 * N * D
    sizes = np.geomspace(N / 10, 10 * N, 20001)
    best = law.predict({"N": sizes, "D": 1e21 / (6.0 * sizes)}, OLD).min()
    assert path.loss(1e21) == pytest.approx(best, rel=1e-9)


def test_a_factor_on_tokens_and_size_is_a_constant_multiplier():
    gain = 2.5  # on tokens and parameters: as much compute again, squared
    new = OLD | {"A": OLD["A"] * gain ** -OLD["alpha"], "B": OLD["B"] * gain ** -OLD["beta"]}
    old_path, new_path = (
        path_of(n, law_of("chinchilla", **v)) for n, v in (("o", OLD), ("n", new))
    )
    found = multipliers(new_path, old_path, np.array([1e20, 1e22, 1e24]))
    np.testing.assert_allclose([m.value for m in found], gain**2, rtol=1e-3)
    np.testing.assert_allclose([m.savings for m in found], 1.0 - 1.0 / gain**2, rtol=1e-3)


def test_below_the_floor_of_the_reference_is_beyond_it():
    new, old = path_of("n", power(50.0, 0.1, 1.0)), path_of("o", power(50.0, 0.1, 2.0))
    near, far = multipliers(new, old, np.array([1e14, 1e25]))
    assert near.value is not None
    assert far.value is None
    assert far.savings is None


def test_a_multiplier_over_ten_wide_is_hidden():
    fit = power(50.0, 0.1, 1.0)
    wild = np.column_stack([np.full(50, 1.0), np.full(50, 50.0), np.linspace(0.09, 0.11, 50)])
    new, old = path_of("n", replace(fit, draws=wild)), path_of("o", replace(fit, draws=wild[::-1]))
    (found,) = multipliers(new, old, np.array([1e22]))
    assert found.is_hidden
    assert found.to_dict()["value"] is None
    tight = np.tile(wild[25], (50, 1))
    calm = [path_of("p", replace(fit, draws=tight)) for _ in range(2)]
    (said,) = multipliers(*calm, np.array([1e22]))
    assert not said.is_hidden
    assert said.lo == pytest.approx(1.0, rel=1e-4)  # the inverse is read off a grid


@pytest.mark.parametrize(
    ("probability_draws", "target", "verdict"),
    [(0.95, 1e22, "1"), (0.05, 1e22, "2"), (0.6, 1e22, None), (0.95, 1e24, None)],
)
def test_a_verdict_needs_probability_and_nearness(probability_draws, target, verdict):
    n = 100
    better = np.arange(n) < round(probability_draws * n)
    b = np.where(better, 49.0, 51.0)
    draws = np.column_stack([np.ones(n), b, np.full(n, 0.1)])
    fit = power(50.0, 0.1, 1.0)
    level = np.tile([1.0, 50.0, 0.1], (n, 1))
    first = path_of("1", replace(fit, draws=draws))
    found = crossover(first, path_of("2", replace(fit, draws=level)), target)
    assert found.probability == pytest.approx(probability_draws)
    assert found.better == verdict


def test_intervals_of_the_crossing_and_the_gap_cover():
    first, second = (30.0, 0.08, 1.5), (100.0, 0.105, 1.5)
    truth = crossover(path_of("1", power(*first)), path_of("2", power(*second)), 1e22)
    crossing, gap = truth.crossings[0].compute, truth.gap[0]
    hits = np.zeros((60, 2))
    for seed in range(60):
        runs = study(seed, first, second, 0.002)
        groups = recipes_of(runs, "recipe", ("old", "new"))
        fits = fit_clouds(groups, "m2", by="recipe", resamples=50, seed=seed)
        found = crossover(path_of("1", fits["old"]), path_of("2", fits["new"]), 1e22)
        _, lo, hi = found.gap
        hits[seed, 0] = lo <= gap <= hi
        falling = [c for c in found.crossings if c.better_above == "2"]
        near = min(falling, key=lambda c: abs(np.log(c.compute / crossing)))
        hits[seed, 1] = near.lo <= crossing <= near.hi
    # 60 studies: standard error 4%.
    assert (hits.mean(axis=0) >= 0.80).all()
    assert (hits.mean(axis=0) <= 0.97).all()


def test_pairs_shrink_the_interval():
    first, second = (30.0, 0.08, 1.5), (33.0, 0.08, 1.5)
    runs = study(3, first, second, 0.0005, common=0.01)
    groups = recipes_of(runs, "recipe", ("old", "new"))
    widths = []
    for paired in (False, True):
        fits = fit_clouds(groups, "m2", by="recipe", paired=paired, resamples=80, seed=1)
        gap = crossover(path_of("1", fits["old"]), path_of("2", fits["new"]), 1e21).gap
        widths.append(gap[2] - gap[1])
    assert widths[1] < 0.4 * widths[0]


def test_pairs_that_do_not_exist_are_refused():
    runs = study(0, (30.0, 0.08, 1.5), (33.0, 0.08, 1.5), 0.001)
    moved = runs.table.with_columns(
        tokens=pl.when(pl.col("recipe") == "new").then(pl.col("tokens") * 1.1).otherwise("tokens")
    )
    groups = recipes_of(replace(runs, table=moved), "recipe", ())
    with pytest.raises(UsageError, match="E565"):
        fit_clouds(groups, "m2", by="recipe", paired=True, resamples=5)


def test_a_shared_floor_is_shared_in_every_draw():
    runs = study(1, (30.0, 0.08, 1.5), (100.0, 0.105, 1.5), 0.002)
    groups = recipes_of(runs, "recipe", ())
    fits = fit_clouds(groups, "m2", by="recipe", shared=("e_inf",), resamples=20)
    old, new = fits["old"], fits["new"]
    np.testing.assert_array_equal(old.draws[:, 0], new.draws[:, 0])
    assert old.values["e_inf"] == new.values["e_inf"]
    assert (old.draws[:, 1] != new.draws[:, 1]).all()


def test_the_next_run_cuts_the_width_as_linear_regression_says():
    # A straight line in log10 C: the covariance after one more run is known exactly.
    C = np.geomspace(1e19, 1e21, 8)
    X = np.column_stack([np.log10(C), np.ones(8)])
    noise = 0.002  # of ln loss; losses near 3
    covariance = (3.0 * noise) ** 2 * np.linalg.inv(X.T @ X)
    rng = np.random.default_rng(8)
    values = np.array([-0.2, 7.0])
    known = law_of("compute_only", p=-0.2, q=6.99)
    known = replace(known, draws=np.tile([-0.2, 6.99], (4000, 1)), noise=noise)
    draws = rng.multivariate_normal(values, covariance, 4000)
    unknown = replace(law_of("compute_only", p=-0.2, q=7.0), draws=draws, noise=noise)
    spans = {"evidence": {"C": (1e19, 1e21)}}
    paths = path_of("old", replace(known, **spans)), path_of("new", replace(unknown, **spans))
    found = next_run(*paths, 1e22)
    v = np.array([22.0, 1.0])
    j = np.column_stack([np.log10(np.array([0.03, 0.1, 0.3, 1.0]) * 1e21), np.ones(4)])
    reduction = (j @ covariance @ v) ** 2 / (
        (3.0 * noise) ** 2 + np.einsum("ik,kl,il->i", j, covariance, j)
    )
    share = reduction / (v @ covariance @ v)
    assert found.recipe == "new"
    best = 1e21 * [0.03, 0.1, 0.3, 1.0][share.argmax()]
    np.testing.assert_allclose(6.0 * found.N * found.D, best)
    assert found.cut == pytest.approx(1.0 - np.sqrt(1.0 - share.max()), rel=0.15)


def test_the_whole_comparison_names_the_better_recipe():
    rng = np.random.default_rng(4)
    N, D = (a.ravel() for a in np.meshgrid(np.geomspace(3e7, 1e9, 6), np.geomspace(1e9, 3e10, 5)))
    law = get_law("chinchilla")
    loss = [
        law.predict({"N": N, "D": gain * D}, OLD) * np.exp(rng.normal(0.0, 0.001, len(N)))
        for gain in (1.0, 2.0)
    ]
    runs = runs_of(
        recipe=["old"] * len(N) + ["new"] * len(N),
        params=np.tile(N, 2),
        tokens=np.tile(D, 2),
        flops=np.tile(6.0 * N * D, 2),
        loss=np.concatenate(loss),
    )
    found = versus(runs, by="recipe", recipes=("old", "new"), at=1e21, resamples=40)
    assert found.better == "new"
    assert found.taxonomy.chosen == "tokens factor"
    assert found.taxonomy.factors["new"]["D"] == pytest.approx(2.0, rel=0.05)
    shared = found.compared[1].multipliers[0]
    # A token of the new recipe is worth two: L = E + K C^-g with g = alpha beta/(alpha + beta), and
    # its K is that of the old one times 2^-g, so the multiplier is exactly two.
    assert shared.lo <= 2.0 <= shared.hi
    assert found.protocols["old"].extrapolation == pytest.approx(1e21 / (6.0 * 1e9 * 3e10))
    assert found.to_dict()["verdict"] == "new"


def test_mistakes_are_named():
    runs = study(0, (30.0, 0.08, 1.5), (33.0, 0.08, 1.5), 0.001)
    with pytest.raises(UsageError, match="E101"):
        recipes_of(runs, "recipe", ("old", "newer"))
    with pytest.raises(DataError, match="E565"):
        recipes_of(runs.select("recipe=old"), "recipe", ())
    with pytest.raises(PlanError, match="E567"):
        versus(runs, by="recipe", at=0.0)
    with pytest.raises(PlanError, match="E567"):
        path_of("1", replace(power(50.0, 0.1), evidence={}))
