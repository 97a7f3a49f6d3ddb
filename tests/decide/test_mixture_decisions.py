"""Best mixtures under limits, the search for the next one, and updates while training."""

import numpy as np
import polars as pl
import pytest

import isoflop.decide.mixture_optimum as optimum_module
from isoflop.core.conventions import Conventions
from isoflop.core.errors import PlanError, UsageError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.decide.mixing import doremi, odm, skillit
from isoflop.decide.mixture_optimum import mixture_optimum
from isoflop.decide.mixture_search import Fidelity, expected_improvement, next_mixture
from isoflop.decide.monotone_root import monotone_root
from isoflop.decide.nested_optimum import nested_optimum
from isoflop.decide.repetition_caps import repetition_caps
from isoflop.decide.simplex import Simplex, minimise
from isoflop.fit.mixture import fit_mixture
from isoflop.fit.nested_mixture import fit_nested_mixture

K = 4.0


@pytest.fixture(scope="module")
def symmetric():
    """Two sources, each helps its own domain as much: the best mixture is even."""
    x = np.linspace(0.05, 0.95, 13)
    table = pl.DataFrame(
        {
            "row": np.arange(13),
            "share/a": x,
            "share/b": 1.0 - x,
            "loss/a": 2.0 + np.exp(0.5 - K * x),
            "loss/b": 2.0 + np.exp(0.5 - K * (1.0 - x)),
        }
    )
    runs = Runs(table, Conventions(), Provenance("made", "made"))
    return fit_mixture(runs, resamples=8, folds=0)


def test_the_best_of_two_equal_domains_is_even(symmetric):
    found = mixture_optimum(symmetric)
    assert found.shares["a"][0] == pytest.approx(0.5, abs=1e-4)
    assert found.loss[0] == pytest.approx(2.0 + np.exp(0.5 - K / 2), abs=1e-6)


def test_weights_move_the_best_mixture_as_calculus_says(symmetric):
    # w*exp(-K*x) = (1-w)*exp(-K*(1-x)) at the optimum.
    found = mixture_optimum(symmetric, weights={"a": 0.8, "b": 0.2})
    assert found.shares["a"][0] == pytest.approx(0.5 + np.log(4.0) / (2 * K), abs=1e-4)


def test_a_cap_holds_and_is_named(symmetric):
    found = mixture_optimum(symmetric, caps={"a": 0.3})
    assert found.shares["a"][0] == pytest.approx(0.3, abs=1e-9)
    assert found.binding == ("a <= 0.3",)


def test_a_floor_holds_and_is_named(symmetric):
    found = mixture_optimum(symmetric, floors={"b": 0.6})
    assert found.shares["b"][0] == pytest.approx(0.6, abs=1e-9)
    assert found.binding == ("b >= 0.6",)


def test_search_and_samples_that_disagree_are_an_error(symmetric, monkeypatch):
    monkeypatch.setattr(
        optimum_module, "minimise", lambda simplex, objective, starts: np.eye(2)[[0] * len(starts)]
    )
    with pytest.raises(PlanError, match="sampled mixture") as caught:
        mixture_optimum(symmetric)
    assert caught.value.code == "E542"


@pytest.mark.parametrize(
    ("limits", "error"),
    [
        ({"caps": {"a": 0.3, "b": 0.3}}, PlanError),
        ({"floors": {"a": 0.8, "b": 0.8}}, PlanError),
        ({"caps": {"a": 1.3}}, UsageError),
        ({"caps": {"q": 0.3}}, UsageError),
    ],
)
def test_limits_that_no_mixture_meets_are_refused(symmetric, limits, error):
    with pytest.raises(error):
        mixture_optimum(symmetric, **limits)


def test_an_optimum_far_from_the_data_is_warned_of(symmetric):
    narrow = np.flatnonzero(symmetric.shares[:, 0] > 0.7)
    x = symmetric.shares[narrow, 0]
    table = pl.DataFrame({"row": narrow, "share/a": x, "share/b": 1 - x, "loss/b": 2 + np.exp(x)})
    runs = Runs(table, Conventions(), Provenance("made", "made"))
    found = mixture_optimum(fit_mixture(runs, "linear", resamples=0, folds=0))
    assert "W543" in [finding.code for finding in found.warnings]


def test_the_chain_of_laws_finds_the_mixture_of_a_size_nobody_trained():
    rows = []
    for m, a in enumerate(np.linspace(0.05, 0.95, 9)):
        for N in (1e7, 3e7, 1e8):
            for D in (1e9, 2e9, 4e9, 8e9):
                scale = 40.0 * N**-0.25 + 300.0 * D**-0.3
                a_loss, b_loss = (2.0 + np.exp(0.5 - K * r) + scale for r in (a, 1.0 - a))
                rows.append((f"m{m}", N, D, a, 1.0 - a, a_loss, b_loss))
    names = ["run_id", "params", "tokens", "share/a", "share/b", "loss/a", "loss/b"]
    table = pl.DataFrame(rows, schema=names, orient="row").with_row_index("row", offset=1)
    runs = Runs(table, Conventions(), Provenance("made", "made"))
    nested = fit_nested_mixture(runs, params=1e9, tokens=1e11, resamples=3)
    found = nested_optimum(nested)
    assert found.shares[0] == pytest.approx(0.5, abs=0.01)
    truth = 2.0 + np.exp(0.5 - K / 2) + 40.0 * 1e9**-0.25 + 300.0 * 1e11**-0.3
    assert found.loss == pytest.approx(truth, abs=3e-3)
    assert len(found.draws) + found.lost == 3
    lo, hi = found.interval()["a"]
    assert 0.4 < lo <= hi < 0.6


def test_repetition_caps_are_unique_tokens_times_epochs_over_tokens():
    caps = repetition_caps({"books": 26e9, "web": 2e12}, tokens=300e9, epochs=4.0)
    assert caps == {"books": pytest.approx(104.0 / 300.0), "web": 1.0}


def test_projection_meets_limits_and_changes_nothing_inside_them():
    simplex = Simplex.limited(("a", "b", "c"), caps={"a": 0.4}, floors={"c": 0.2})
    shares = simplex.project(np.random.default_rng(0).uniform(1e-6, 1.0, (50, 3)))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, atol=1e-12)
    assert shares[:, 0].max() <= 0.4
    assert shares[:, 2].min() >= 0.2
    np.testing.assert_allclose(simplex.project(shares), shares, atol=1e-9)


def test_exponentiated_gradient_finds_the_maximum_of_entropy_under_a_cap():
    simplex = Simplex.limited(tuple("abcd"), caps={"a": 0.1})
    found = minimise(
        simplex,
        lambda r: np.sum(np.maximum(r, 1e-12) * np.log(np.maximum(r, 1e-12)), axis=-1),
        np.random.default_rng(0).dirichlet(np.ones(4), 3),
    )
    np.testing.assert_allclose(found, [[0.1, 0.3, 0.3, 0.3]] * 3, atol=1e-5)


def test_a_root_is_found_within_reach_and_never_beyond():
    assert monotone_root(lambda x: np.log(x / 3e9), 1e6, 1e12) == pytest.approx(3e9, rel=1e-10)
    assert monotone_root(lambda x: np.log(x / 3e9), 1e6, 1e8) is None
    assert monotone_root(lambda x: np.log(x / 3e9), 1e6, 1e9, beyond=4.0) == pytest.approx(3e9)


def test_expected_improvement_of_a_value_as_good_as_the_best():
    found = expected_improvement(np.array([1.0, 2.0]), np.array([0.3, 0.0]), 1.0)
    np.testing.assert_allclose(found, [0.3 / np.sqrt(2 * np.pi), 0.0], rtol=1e-12)


def bowl(shares):
    return 2.0 + np.sum((shares - np.array([0.5, 0.3, 0.2])) ** 2, axis=-1)


def test_search_comes_near_the_optimum_in_few_runs():
    simplex = Simplex.limited(("a", "b", "c"))
    shares = np.vstack([np.eye(3), np.full((1, 3), 1 / 3)])
    one = (Fidelity("small", 0.0, 1.0),)
    for seed in range(8):
        found = next_mixture(
            simplex, shares, [0] * len(shares), bowl(shares), one,
            seed_variance=1e-8, budget=100.0, seed=seed,
        )  # fmt: skip
        shares = np.vstack([shares, found.shares])
    assert bowl(shares).min() < 2.002


def test_search_buys_the_cheap_run_when_both_tell_the_same():
    simplex = Simplex.limited(("a", "b", "c"))
    base = np.random.default_rng(0).dirichlet(np.ones(3), 8)
    shares, levels = np.vstack([base, base]), [0] * 8 + [1] * 8
    sizes = (Fidelity("small", 7.0, 1.0), Fidelity("large", 9.0, 50.0))
    losses = bowl(shares)
    found = next_mixture(simplex, shares, levels, losses, sizes, seed_variance=1e-8, budget=100.0)
    assert found.fidelity.name == "small"
    broke = next_mixture(simplex, shares, levels, losses, sizes, seed_variance=1e-8, budget=0.5)
    assert broke.stop


def test_doremi_steps_are_the_hand_computed_ones():
    begun = doremi.DoReMi.begin(np.array([3.0, 1.0]))
    excess = np.array([doremi.excess_loss(np.array([2.0, 4.0]), np.array([3.0, 3.0])), 0.0])
    assert excess[0] == 0.5
    after = begun.step(excess, eta=1.0, smoothing=0.1)
    grown = 0.75 * np.exp(0.5) / (0.75 * np.exp(0.5) + 0.25)
    np.testing.assert_allclose(after.alpha, [0.9 * grown + 0.05, 0.9 * (1 - grown) + 0.05])
    twice = after.step(np.zeros(2), eta=1.0, smoothing=0.0)
    np.testing.assert_allclose(twice.mixture, after.alpha, rtol=1e-12)


def test_doremi_without_excess_and_smoothing_stays_at_the_prior():
    begun = doremi.DoReMi.begin(np.array([0.2, 0.3, 0.5]))
    after = begun.step(np.full(3, 0.7), smoothing=0.0)
    np.testing.assert_allclose(after.alpha, begun.alpha, rtol=1e-12)
    assert doremi.settled(begun.alpha, after.mixture)


def test_online_mixing_steps_are_the_hand_computed_ones():
    state = odm.OnlineMixing.begin(np.array([0.5, 0.5]))
    after = state.step({0: 4.0}, average=0.9)
    assert after.reward[0] == pytest.approx(0.1 * 4.0 / 0.5)
    w = np.exp(0.5 * after.reward)  # epsilon was 1/K = 0.5
    epsilon = min(0.5, np.sqrt(np.log(2.0) / 2.0))
    expected = (1.0 - 2.0 * epsilon) * w / w.sum() + epsilon
    np.testing.assert_allclose(after.pi, expected, rtol=1e-12)
    later = after.step({0: 4.0, 1: 1.0}, average=0.9)
    assert later.reward[0] == pytest.approx(0.9 * 0.8 + 0.1 * 4.0 / after.pi[0])
    assert later.epsilon == pytest.approx(np.sqrt(np.log(2.0) / 4.0))


def test_online_mixing_ignores_a_domain_at_its_floor():
    state = odm.OnlineMixing.begin(np.full(3, 1 / 3))
    for _ in range(50):
        state = state.step({0: 3.0, 1: 5.0, 2: 2.0}, floors=np.array([1.0, 5.0, 1.5]))
    assert state.pi.sum() == pytest.approx(1.0)
    assert state.pi[1] < state.pi[2] < state.pi[0]
    assert state.pi.min() >= state.epsilon * (1 - 1e-12)
    assert odm.warmup_steps(5000) == 50


def test_skill_graph_and_shares_are_the_hand_computed_ones():
    graph = skillit.adjacency(np.array([2.0, 4.0]), np.array([[1.0, 4.4], [1.8, 2.0]]))
    np.testing.assert_allclose(graph, [[0.5, 0.0], [0.1, 0.5]])
    first = skillit.first_mixture(graph, eta=1.0)
    np.testing.assert_allclose(first[1] / first[0], np.exp(0.1), rtol=1e-12)
    losses = [np.array([9.0, 9.0]), np.array([1.0, 2.0]), np.array([1.0, 1.0])]
    share = skillit.next_mixture(graph, losses, eta=1.0, window=2)
    np.testing.assert_allclose(np.log(share[1] / share[0]), 0.1 * 2 + 0.5 * 3 - 0.5 * 2, rtol=1e-12)


def test_skill_graph_needs_positive_losses():
    with pytest.raises(UsageError):
        skillit.adjacency(np.array([0.0, 1.0]), np.ones((2, 2)))
