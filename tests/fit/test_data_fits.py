"""Fits about data find what made them: continued training, pools, quality, plateaus, transport."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.errors import DataError, FitError, UsageError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import ROW, Runs
from isoflop.decide.data.cross_lingual import transferred_tokens
from isoflop.decide.data.effective_tokens import Corpus, rank_corpora
from isoflop.fit.continual import fit_dcpt, rise_with_share
from isoflop.fit.critical_ratio import fit_changes
from isoflop.fit.cross_lingual import fit_cross_lingual
from isoflop.fit.fit_law import fit_law
from isoflop.fit.joint import fit_joint
from isoflop.fit.keep_fraction import fit_keep_fraction
from isoflop.fit.likelihood_ratio import likelihood_ratio
from isoflop.fit.pool_utility import PoolRuns, fit_pools
from isoflop.fit.quality_tokens import fit_quality_tokens
from isoflop.fit.synthetic_plateau import plateau_of
from isoflop.fit.transport import label_aware, transport
from isoflop.fit.transport_mixture import fit_transport_mixture
from isoflop.laws.catalogue import get_law


def runs_of(**columns):
    table = pl.DataFrame(columns).with_row_index(ROW, offset=1)
    return Runs(table, Conventions(params="total"), Provenance("made up", "0"))


def grid(*axes):
    return [part.ravel() for part in np.meshgrid(*axes, indexing="ij")]


DCPT = {
    "E": 1.6, "A": 300.0, "alpha": 0.34, "B": 700.0, "beta": 0.35, "eta": 0.1,
    "C": 0.12, "gamma": 0.8, "eps": 0.1,
}  # fmt: skip
N, D, R = grid(
    np.array([5e8, 1.8e9, 4e9]), np.array([1e9, 3e9, 1e10, 2e10]), np.linspace(0.1, 0.9, 9)
)


def test_continued_training_is_recovered_without_noise():
    loss = get_law("dcpt").predict({"N": N, "D": D, "r": R}, DCPT)
    fit = fit_dcpt(
        runs_of(params=N, tokens=D, share_matching=R, loss=loss), fixed={"eps": 0.1}, resamples=0
    )
    assert fit.values == pytest.approx(DCPT, rel=1e-3)
    assert not [found for found in fit.warnings if found.code == "W545"]


def test_a_loss_that_would_rise_with_the_share_is_held_and_said():
    truth = DCPT | {"eta": 1.2, "C": 0.004, "B": 2000.0}
    shares = np.linspace(0.1, 0.9, 9)
    assert rise_with_share(truth, 1e9, shares).max() > 0.05  # so the free optimum rises
    rng = np.random.default_rng(0)
    loss = get_law("dcpt").predict({"N": N, "D": D, "r": R}, truth) * np.exp(
        0.002 * rng.standard_normal(len(N))
    )
    runs = runs_of(params=N, tokens=D, share_matching=R, loss=loss)
    free = fit_law(runs, "dcpt", fixed={"eps": 0.1}, resamples=0)
    held = fit_dcpt(runs, fixed={"eps": 0.1}, resamples=4, seed=1)
    assert rise_with_share(free.values, 1e9, shares).max() > 0.0
    assert rise_with_share(held.values, 1e9, np.linspace(0.1, 0.9, 101)).max() < 1e-4
    assert held.objective_value > free.objective_value
    assert len(held.draws) == 4
    assert "W545" in {found.code for found in held.warnings}


def test_without_noise_the_constrained_fit_beats_the_law_without_eta():
    loss = get_law("dcpt").predict({"N": N, "D": D, "r": R}, DCPT | {"eta": 0.3})
    runs = runs_of(params=N, tokens=D, share_matching=R, loss=loss)
    held = fit_dcpt(runs, fixed={"eps": 0.1}, resamples=0)
    flat = fit_law(runs, "dcpt", fixed={"eps": 0.1, "eta": 0.0}, resamples=0)
    assert held.objective_value < flat.objective_value
    assert 0.0 < held.values["eta"] < 0.3


def test_a_rise_by_what_is_held_is_refused():
    loss = get_law("dcpt").predict({"N": N, "D": D, "r": R}, DCPT | {"eta": 1.2, "C": 0.004})
    runs = runs_of(params=N, tokens=D, share_matching=R, loss=loss)
    with pytest.raises(FitError) as caught:
        fit_dcpt(runs, fixed={"eps": 0.1, "eta": 1.2, "B": 700.0, "beta": 0.35}, resamples=0)
    assert caught.value.code == "E549"


SCRATCH = {"E": 1.7, "A": 400.0, "alpha": 0.34, "B": 500.0, "beta": 0.30}
CONTINUED = SCRATCH | {"B": 200.0, "beta": 0.20, "gamma": 0.08}


def language_runs(law, values, noise, seed):
    n, d = grid(np.geomspace(4e7, 5.5e9, 6), np.geomspace(1e9, 1e11, 6))
    rng = np.random.default_rng(seed)
    loss = get_law(law).predict({"N": n, "D": d}, values)
    return runs_of(params=n, tokens=d, loss=loss * np.exp(noise * rng.standard_normal(len(n))))


def test_transfer_from_another_language_is_recovered_with_the_doubt_of_the_floor():
    found = fit_cross_lingual(
        language_runs("chinchilla", SCRATCH, 0.002, 0),
        language_runs("cross_lingual", CONTINUED, 0.002, 1),
        resamples=20,
    )
    values = found.continued.values
    assert values["beta"] == pytest.approx(0.20, abs=0.02)
    assert values["gamma"] == pytest.approx(0.08, abs=0.02)
    floors = found.continued.draws[:, 0]
    assert np.array_equal(floors, found.scratch.draws[: len(floors), 0])
    assert np.ptp(floors) > 0.0


def test_transferred_tokens_solve_the_equation_of_losses():
    n, d = 1e9, 5e9
    worth = float(transferred_tokens(SCRATCH, CONTINUED, n, d))
    scratch = get_law("chinchilla").predict({"N": n, "D": d + worth}, SCRATCH)
    continued = get_law("cross_lingual").predict({"N": n, "D": d}, CONTINUED)
    assert float(scratch[0]) == pytest.approx(float(continued[0]), rel=1e-12)


SIZE = 12.8e6  # samples a pool; qqt2024
POOLS = {"best": (-0.20, 2.0), "second": (-0.15, 3.0), "third": (-0.11, 5.0)}
SEEN = np.array([6.4e6, 12.8e6, 32e6, 64e6, 128e6, 256e6])


def pool_runs(b, tau, noise=0.0, rng=None):
    values = {"a": 0.9, "b": b, "tau": tau, "d": 0.1}
    error = get_law("qqt").predict({"n": SEEN, "U": SIZE}, values)
    return PoolRuns(SEEN, error + (0.0 if rng is None else noise * rng.standard_normal(6)), SIZE)


def test_pools_are_recovered_by_the_grid():
    found = fit_pools({name: pool_runs(*truth) for name, truth in POOLS.items()}, d=0.1)
    assert [pool.name for pool in found.pools] == list(POOLS)
    assert found.a == pytest.approx(0.9, rel=0.01)
    assert [pool.b for pool in found.pools] == pytest.approx(
        [b for b, _ in POOLS.values()], rel=0.02
    )
    halves = [tau for _, tau in POOLS.values()]
    assert [pool.tau for pool in found.pools] == pytest.approx(halves, rel=0.06)
    assert not found.warnings


def test_pools_are_recovered_by_a_joint_fit_with_a_shared():
    rows = [
        {"pool": name, "samples": n, "pool_samples": SIZE, "error": e}
        for name, truth in POOLS.items()
        for n, e in zip(SEEN, pool_runs(*truth).error, strict=True)
    ]
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    found = fit_joint(
        runs_of(**columns), "qqt", by="pool", shared=("a",), fixed={"d": 0.1}, resamples=0
    )
    values = [found.groups[name].values for name in POOLS]
    truth = np.array(list(POOLS.values()))
    assert [one["b"] for one in values] == pytest.approx(truth[:, 0], rel=0.01)
    assert [one["tau"] for one in values] == pytest.approx(truth[:, 1], rel=0.02)


def test_a_pool_beyond_the_grid_is_said():
    found = fit_pools({"odd": pool_runs(-0.2, 60.0)}, d=0.1)
    assert {warning.code for warning in found.warnings} == {"W546"}


def test_pools_without_a_second_pass_are_refused():
    runs = PoolRuns(SEEN[:2], np.array([0.7, 0.6]), SIZE)
    with pytest.raises(DataError) as caught:
        fit_pools({"short": runs}, d=0.1)
    assert caught.value.code == "E546"


QUALITY = {
    "E": 1.8, "A": 400.0, "alpha": 0.34, "B": 2000.0, "beta": 0.36,
    "c1": 0.3, "c2": 0.4, "c21": -0.15,
}  # fmt: skip


def quality_runs(c21, seed=0, noise=0.001):
    rng = np.random.default_rng(seed)
    n, corpus = grid(np.geomspace(2.5e7, 1.5e9, 8), np.arange(9))
    d = np.exp(rng.uniform(np.log(1e9), np.log(1e11), len(n)))
    div = np.array([0.30, 0.33, 0.36] * 3)[corpus]
    syn = np.repeat([0.01, 0.02, 0.05], 3)[corpus]
    standard = [(x - np.unique(x).mean()) / np.unique(x).std() for x in (div, syn)]
    inputs = {"N": n, "D": d, "div": standard[0], "syn": standard[1]}
    loss = get_law("quality_tokens").predict(inputs, QUALITY | {"c21": c21})
    loss = loss * np.exp(noise * rng.standard_normal(len(n)))
    return runs_of(params=n, tokens=d, diversity=div, syntheticity=syn, loss=loss)


def test_effective_tokens_and_the_effect_of_size_are_found():
    found = fit_quality_tokens(quality_runs(-0.15))
    values = found.test.free.values
    assert values["c1"] == pytest.approx(0.3, abs=0.03)
    assert values["c21"] == pytest.approx(-0.15, abs=0.03)
    assert found.test.p_value < 1e-6
    corpora = [Corpus("plain", 1e10, 0.33, 0.01), Corpus("synthetic", 1e10, 0.33, 0.05)]
    assert rank_corpora(found, corpora, 2.5e7)[0][0] == "synthetic"
    assert rank_corpora(found, corpora, 1e10)[0][0] == "plain"


def test_no_effect_of_size_is_not_found():
    assert fit_quality_tokens(quality_runs(0.0, seed=3)).test.p_value > 0.05


def test_a_tested_parameter_may_not_be_fixed():
    with pytest.raises(UsageError) as caught:
        likelihood_ratio(quality_runs(0.0), "quality_tokens", "c21", fixed={"c21": 0.0})
    assert caught.value.code == "E346"


def plateau_runs(P, noise=0.003, seed=0, low=1e8):
    d, kind = grid(np.geomspace(low, 1e11, 14), np.array([0.0, 1.0]))
    values = {"E": 1.8, "A": 300.0, "c": 0.3, "P": P}
    loss = get_law("synthetic_plateau").predict({"D": d, "cut": kind}, values)
    rng = np.random.default_rng(seed)
    return runs_of(
        tokens=d, synthetic=kind, loss=loss * np.exp(noise * rng.standard_normal(len(d)))
    )


def test_a_plateau_is_found_and_none_is_not():
    found = plateau_of(plateau_runs(0.05), resamples=20)
    assert found.test.p_value < 1e-4
    assert found.interval[0] < 0.05 < found.interval[1]
    assert found.warnings == ()
    none = plateau_of(plateau_runs(0.0, seed=2), resamples=0)
    assert none.test.at_boundary
    assert none.test.p_value > 0.05


def test_chance_of_a_false_plateau_is_that_of_the_test():
    """At 10% of 30 tables without a plateau 3 are expected; 9 would be a chance of 1 in 500."""
    false = sum(
        likelihood_ratio(plateau_runs(0.0, seed=seed), "synthetic_plateau", "P").p_value < 0.1
        for seed in range(30)
    )
    assert false < 9


def test_few_decades_of_synthetic_tokens_are_said():
    found = plateau_of(plateau_runs(0.05, low=1e10), resamples=0)
    assert [warning.code for warning in found.warnings] == ["W547"]


def test_synthetic_runs_alone_are_refused():
    with pytest.raises(DataError) as caught:
        plateau_of(plateau_runs(0.05).select("synthetic=1"))
    assert caught.value.code == "E546"


def test_share_to_keep_grows_with_compute():
    rng = np.random.default_rng(0)
    C = np.array([1e19, 1e20, 1e21])
    f = np.geomspace(0.01, 1.0, 9)
    best = 0.05 * (C / 1e20) ** 0.25
    groups = [
        (f, 2.5 + 0.02 * np.log(f / one) ** 2 + 0.001 * rng.standard_normal(9)) for one in best
    ]
    found = fit_keep_fraction(C, groups, seed=0)
    assert found.q == pytest.approx(0.25, abs=0.05)
    assert np.exp(found.p) == pytest.approx(0.05, rel=0.1)
    share, lo, hi = found.share(1e22)
    assert lo < 0.05 * 100**0.25 < hi
    assert lo < share < hi
    assert found.share(1e30)[0] == 1.0


def test_scores_are_turned_round():
    f = np.geomspace(0.01, 1.0, 7)
    groups = [(f, 0.6 - 0.02 * np.log(f / one) ** 2) for one in (0.05, 0.1)]
    found = fit_keep_fraction(np.array([1e20, 1e21]), groups, seed=0, higher_is_better=True)
    assert found.q == pytest.approx(np.log10(2.0), abs=1e-9)


def test_a_best_share_at_an_edge_is_refused():
    f = np.geomspace(0.01, 1.0, 7)
    with pytest.raises(FitError) as caught:
        fit_keep_fraction(np.array([1e20, 1e21]), [(f, np.log(f)), (f, np.log(f))], seed=0)
    assert caught.value.code == "E549"


def test_transport_on_a_line_is_the_distance_of_sorted_points():
    rng = np.random.default_rng(0)
    x, y = np.sort(rng.standard_normal(30)), np.sort(rng.standard_normal(30) + 1.0)
    even = np.full(30, 1 / 30)
    found = transport(even, even, np.abs(x[:, None] - y[None, :]), 0.005)
    assert found.value == pytest.approx(float(np.abs(x - y).mean()), abs=0.02)


def test_gradient_of_a_mixture_is_that_of_differences_and_ranks_sources():
    rng = np.random.default_rng(1)
    source = np.repeat([0, 1, 2], 20)
    points = rng.standard_normal((60, 2)) + 2.0 * np.array([[0, 0], [1, 0], [3, 3]])[source]
    onto = rng.standard_normal((40, 2))
    labels = np.zeros(60, dtype=np.int64)
    cost = label_aware(points, labels, onto, np.zeros(40, dtype=np.int64), 1.0)
    mixtures = np.array([[0.6, 0.3, 0.1], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7], [0.3, 0.4, 0.3]])
    first = fit_transport_mixture(mixtures, np.arange(4.0), source, cost)
    score = np.array([0.9 - 0.1 * first.distance(r).value for r in mixtures])
    fit = fit_transport_mixture(mixtures, score, source, cost)
    assert (fit.a_0, fit.a_1) == (pytest.approx(0.9), pytest.approx(-0.1))
    r, step = np.array([0.4, 0.35, 0.25]), np.array([1e-4, -1e-4, 0.0])
    difference = fit.predict(r + step) - fit.predict(r - step)
    assert 2.0 * float(fit.gradient(r) @ step) == pytest.approx(difference, rel=1e-3)
    assert fit.gradient(r)[0] > fit.gradient(r)[2]


def test_labels_that_differ_cost_their_price():
    cost = label_aware(
        np.zeros((2, 1)), np.array([0, 1]), np.zeros((1, 1)), np.array([0]), price=2.0
    )
    assert cost.tolist() == [[0.0], [2.0]]


def test_two_mixtures_are_no_line():
    with pytest.raises(FitError) as caught:
        fit_transport_mixture(
            np.array([[1.0, 0.0], [0.0, 1.0]]), np.arange(2.0), np.array([0, 1]), np.eye(2) + 1.0
        )
    assert caught.value.code == "E549"


def test_two_shares_are_no_picture_of_the_critical_one():
    T = np.tile(np.geomspace(1, 100, 10), 2)
    runs = runs_of(
        share_domain=np.repeat([0.2, 0.5], 10),
        length=T,
        loss_change_general=T,
        loss_change_domain=T,
    )
    with pytest.raises(DataError) as caught:
        fit_changes(runs)
    assert caught.value.code == "E546"
